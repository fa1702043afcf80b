"""The one file for a machine elsewhere: made here of the product's own files, run there, read back as a journal."""
