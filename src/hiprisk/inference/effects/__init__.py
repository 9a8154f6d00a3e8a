"""The effect of an exposure, and how sure one may be of it: numbers in, numbers out, no study."""
