"""What all figures stand on: margins that fit, and the forest."""
