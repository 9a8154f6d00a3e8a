"""Random intercepts of site: restricted maximum likelihood and Laplace's approximation."""
