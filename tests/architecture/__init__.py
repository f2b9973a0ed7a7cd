"""Habits of the house, held by tests."""
