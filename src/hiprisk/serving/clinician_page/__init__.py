"""What a model is for, how good it is and for whom not: one screen, without the extras."""
