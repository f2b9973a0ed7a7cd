"""Reading tickets: those of an account, the queues, and what is found in them."""

from tickets.queries.accounts import TicketFigures, figures_of, tickets_of

__all__ = ["TicketFigures", "figures_of", "tickets_of"]
