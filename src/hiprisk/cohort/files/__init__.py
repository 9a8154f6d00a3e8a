"""Bytes to text cells: the only readers of patient files."""
