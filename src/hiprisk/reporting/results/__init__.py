"""What validate, update, drift, compare and associate found, as files and pages."""
