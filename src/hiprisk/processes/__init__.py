"""Processes that die: who is alive, whose leftovers may go, who may write, and what goes along."""
