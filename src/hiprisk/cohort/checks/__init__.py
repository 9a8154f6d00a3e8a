"""Rules that a cohort is held against; each finding has a code."""
