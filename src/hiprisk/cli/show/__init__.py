"""Results as tables and sentences on a terminal."""
