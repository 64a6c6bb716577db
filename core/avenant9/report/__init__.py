"""A document in the bytes of each format: one pure formatter per module, none of which knows a result."""
