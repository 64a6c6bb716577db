"""The acts of a year against what was declared, paid or booked of it."""
