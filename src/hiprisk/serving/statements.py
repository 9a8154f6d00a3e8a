"""What every answer says of itself, whatever the way out."""

SIMULATED = (
    "SIMULATED DATA: this model was fitted on simulated people and says nothing of patients."
)
DISCLAIMER = "For research and education; not a medical device; no medical advice."
