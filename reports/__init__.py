"""Reading across rooms: portfolio, search, saved views, exports."""
