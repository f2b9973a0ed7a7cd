"""The outside world: file imports, mappings and quarantine."""
