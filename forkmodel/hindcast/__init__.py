"""Other markets as memory: how shares moved elsewhere, learned, tested on the past and put to use."""
