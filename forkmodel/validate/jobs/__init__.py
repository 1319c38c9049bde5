"""Many fits at once: each a job with a key of everything that decides its result."""
