"""Measurements against floors: `make bench`, `make bench SIZE=full`."""
