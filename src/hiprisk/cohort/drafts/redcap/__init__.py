"""REDCap: what its exports and its data dictionary say beyond the cells."""
