"""The bottom shelf: base model, arithmetic, formatting; no models of its own."""
