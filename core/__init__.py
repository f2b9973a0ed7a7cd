"""The bottom shelf: base model, money, working time, formatting; no models of its own."""
