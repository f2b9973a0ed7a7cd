"""Reading health: snapshots, their indicators, and what changed between them."""
