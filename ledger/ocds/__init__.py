"""OCDS releases: build, read, repair, conceal, package. Pure functions, no input or output."""
