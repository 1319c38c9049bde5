"""The posterior beside what others have observed of the same quantities."""
