"""Pages of this room, one module for each subject."""
