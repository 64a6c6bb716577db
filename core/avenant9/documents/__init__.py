"""Each result as a document: what stands where, in which words, whatever the format."""
