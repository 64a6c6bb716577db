"""The command: it parses, calls the library, and writes; no rule, no sum."""
