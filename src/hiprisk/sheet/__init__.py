"""A model written down: a JSON document and the NumPy code that reads predictions off it.

Nothing here imports more than NumPy and the standard library, so a shipped model can be used
without any of the packages that fitted it.
"""
