"""From a file of patients to a checked cohort in the dictionary's words and units."""
