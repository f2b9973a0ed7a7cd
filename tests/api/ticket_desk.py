"""Addresses of tickets in the API, and what a refused request says."""

from tickets.models import Ticket

TICKETS = "/api/v1/tickets/"


def of(ticket: Ticket, rest: str = "") -> str:
    return f"{TICKETS}{ticket.public_id}/{rest}"


def problems(answer) -> dict[str, str]:
    return {each["pointer"]: each["detail"] for each in answer.json()["errors"]}
