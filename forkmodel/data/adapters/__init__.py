"""From the files that people have to tables in this package's schema: one file a source."""
