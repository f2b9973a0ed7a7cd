"""Shapes of tickets in the API: what is read, what may be written."""
