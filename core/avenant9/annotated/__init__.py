"""A copy of the user's own workbook with its findings marked in it."""
