"""Results to pictures; the only importer of matplotlib. Nothing is computed here."""
