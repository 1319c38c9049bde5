"""Let ``python -m forkmodel`` do what ``forkmodel`` does."""

from forkmodel.cli.entry import main

if __name__ == "__main__":
    main()
