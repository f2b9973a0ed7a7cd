"""Several people at the same moment, each with a connection of their own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections, transaction

from tickets.models import Ticket


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call gave or raised, all begun at the same moment."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return call()
        except Exception as error:  # noqa: BLE001
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def holding(
    ticket: Ticket, gate: threading.Barrier, call: Callable[[], Any]
) -> Callable[[], Any]:
    """The call in a transaction that has the ticket, once the others have theirs."""

    def run() -> Any:
        with transaction.atomic():
            Ticket.objects.held().get(pk=ticket.pk)
            gate.wait()
            return call()

    return run


def faults(found: list[Any]) -> list[Exception]:
    return [each for each in found if isinstance(each, Exception)]
