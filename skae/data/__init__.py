"""Rows of any container and layout: checked, read in chunks, given back."""
