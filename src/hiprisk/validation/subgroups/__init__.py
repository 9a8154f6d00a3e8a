"""Performance by subgroup, with small cells suppressed."""
