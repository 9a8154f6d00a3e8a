"""What only the authors of a study know, as answers in its config."""
