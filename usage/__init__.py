"""Product usage: raw events, daily facts, roll-ups and custom metrics."""
