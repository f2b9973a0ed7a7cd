"""The picture of the states in the documentation is drawn from the table."""

from pathlib import Path

from django.conf import settings

from tickets.transitions import mermaid

PAGE = Path(settings.BASE_DIR, "docs", "reference", "ticket-states.md")


def test_the_drawn_states_are_those_of_the_table():
    assert f"```mermaid\n{mermaid()}\n```" in PAGE.read_text()
