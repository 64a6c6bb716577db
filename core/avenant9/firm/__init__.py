"""The clients of a firm: each file or subfolder of a folder, apart from the others."""
