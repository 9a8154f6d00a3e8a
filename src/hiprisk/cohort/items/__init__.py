"""Questionnaires: how they are scored, and how files code and name their items."""
