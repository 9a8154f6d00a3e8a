"""A page of results: what it is made of, and the one HTML document that shows it."""
