"""What the model conditions on: one file a source, and the list of them in ``registry``."""
