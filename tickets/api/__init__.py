"""API resources of this room."""
