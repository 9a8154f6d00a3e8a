"""Sites side by side: how large one must be, and calibration curves by site with their summary."""
