"""Sentences and labels that several rooms say: results in, text out."""
