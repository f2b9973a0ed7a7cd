"""Figures that span rooms, for pages, commands and the API."""

from reports.queries.summary import portfolio_summary

__all__ = ["portfolio_summary"]
