"""Pages of accounts, contacts, touchpoints and the settings around them."""
