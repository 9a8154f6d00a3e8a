"""Formats that need the libraries of the extra `files`: workbooks, SPSS and Stata."""
