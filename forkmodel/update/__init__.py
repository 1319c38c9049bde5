"""A saved fit brought up to newer tables: what they say, how figures moved, and which rows moved them."""
