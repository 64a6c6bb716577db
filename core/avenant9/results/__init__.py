"""The results that programs read, one module per format: written, read back and described from here."""
