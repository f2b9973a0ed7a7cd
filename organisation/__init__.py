"""The company that runs this: settings, people, roles, tokens, calendars."""
