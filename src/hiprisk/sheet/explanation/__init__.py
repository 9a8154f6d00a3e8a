"""Why a sheet says what it says of one patient, and how precise that is."""
