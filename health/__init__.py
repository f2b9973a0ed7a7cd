"""How customers are: sources, scorecards, scores, alerts."""
