"""The company that runs this installation: settings, people, roles, tokens, calendars."""
