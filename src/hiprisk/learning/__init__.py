"""From a design to a fitted, tuned estimator and the sheet that writes it down."""
