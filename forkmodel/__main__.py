"""Let ``python -m forkmodel`` do what ``forkmodel`` does."""

from forkmodel.cli.main import main

if __name__ == "__main__":
    main()
