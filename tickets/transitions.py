"""Which state of a ticket may follow which: the one table. Pure."""

from __future__ import annotations

#: From new on, in the order in which a ticket is worked on.
_WORK = ("new", "triaged", "assigned", "in_progress")
#: Not with us at the moment; from here it goes back to work, or is resolved.
_ELSEWHERE = ("waiting", "on_hold")

#: Any open state may go to any later open state or to resolved. Only what is resolved
#: can be closed, and what is reopened is in progress.
TRANSITIONS: dict[str, frozenset[str]] = {
    **{
        state: frozenset((*_WORK[place + 1 :], *_ELSEWHERE, "resolved"))
        for place, state in enumerate(_WORK)
    },
    "waiting": frozenset({"in_progress", "on_hold", "resolved"}),
    "on_hold": frozenset({"in_progress", "waiting", "resolved"}),
    "resolved": frozenset({"in_progress", "closed"}),
    "closed": frozenset({"in_progress"}),
}
#: Nobody chooses this step: whoever had the ticket let go of it before work began.
LET_GO = {"assigned": "triaged"}
DONE = frozenset({"resolved", "closed"})
#: An agent's first reply moves a ticket on from these.
BEFORE_WORK = frozenset({"new", "triaged", "assigned"})


def may_move(before: str, after: str) -> bool:
    """Whether a ticket in one state may go to another one."""
    return after in TRANSITIONS[before]


def is_reopening(before: str, after: str) -> bool:
    """Whether this step begins another cycle."""
    return before in DONE and after not in DONE


def mermaid() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> new"]
    for before, after in TRANSITIONS.items():
        lines += [f"    {before} --> {each}" for each in TRANSITIONS if each in after]
        if before in LET_GO:
            lines.append(f"    {before} --> {LET_GO[before]}: let go")
    return "\n".join([*lines, "    closed --> [*]"])
