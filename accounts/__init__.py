"""The customers: accounts, contacts, plans, segments, touchpoints, merging."""
