"""forkmodel."""
