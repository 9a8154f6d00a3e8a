"""JSON Schemas of the files that people write, for editors, and the reference of a study's keys."""
