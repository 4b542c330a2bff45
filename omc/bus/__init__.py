"""The seam between what reads and what writes."""
