"""A sheet as a JSON document: strict reading, canonical writing, checks."""
