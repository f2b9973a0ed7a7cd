"""What the page of one import run shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations import queries
from integrations.kinds import KINDS
from integrations.models import ImportRun
from integrations.outcome import OUTCOMES

_WORDS = {
    "created": _("New"),
    "updated": _("Changed"),
    "unchanged": _("Unchanged"),
    "rejected": _("Rejected"),
    "quarantined": _("Waiting"),
}
_NOTES = {
    "rejected": _("wrong, each with its reason"),
    "quarantined": _("until what they belong to arrives"),
    "unchanged": _("known already"),
}


@dataclass(frozen=True)
class Tile:
    """How many rows met one fate, and whether they can be downloaded."""

    outcome: str
    label: Any
    number: int
    note: Any
    has_file: bool

    @property
    def state(self) -> str:
        return "bad" if self.outcome == "rejected" and self.number else ""


def run_context(run: ImportRun, page: str) -> dict[str, Any]:
    """Everything the template needs; problems are read a page at a time."""
    status = run.status
    is_settled = status in (ImportRun.Status.PREVIEWED, ImportRun.Status.APPLIED)
    number = int(page) if page.isascii() and page.isdecimal() and page != "0" else 1
    return {
        "run": run,
        "kind": KINDS[run.kind],
        "is_at_work": status in (ImportRun.Status.CHECKING, ImportRun.Status.APPLYING),
        "is_settled": is_settled,
        "is_checked": status == ImportRun.Status.PREVIEWED,
        "progress": queries.progress_of(run),
        "tiles": _tiles(run) if is_settled else [],
        "problems": queries.problem_page(run, min(number, 100_000))
        if is_settled
        else None,
        "writes": run.result.get("created", 0) + run.result.get("updated", 0),
    }


def _tiles(run: ImportRun) -> list[Tile]:
    has_files = bool(run.file)
    return [
        Tile(
            outcome,
            _WORDS[outcome],
            run.result.get(outcome, 0),
            _NOTES.get(outcome, ""),
            has_files or (outcome == "rejected" and bool(run.rejected_file)),
        )
        for outcome in OUTCOMES
    ]
