"""Databases on a server: addresses without their secrets, locks between machines, refusals."""
