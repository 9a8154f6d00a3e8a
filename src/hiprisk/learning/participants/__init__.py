"""Who takes part in a study, and what their outcome is."""
