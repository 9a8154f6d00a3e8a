"""Net benefit and decision curves."""
