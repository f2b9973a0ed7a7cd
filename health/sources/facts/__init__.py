"""Facts: columns of numbers per account, read set-based and only when needed."""

from health.sources.facts.loading import Facts, FactsWanted

__all__ = ["Facts", "FactsWanted"]
