"""What people are told of a merge: whoever followed a source, or its target."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from events.services import Actor
from organisation.models import User
from organisation.notifications import News, notify_each
from tickets.addresses import ticket_path
from tickets.models import Ticket
from tickets.queries.visibility import seen_by
from tickets.services.followers import Told, without


def tell_of_merge(
    target: Ticket,
    sources: Sequence[Ticket],
    followed: Told,
    *,
    by: Actor | None,
    now: datetime,
) -> None:
    """Of each source to whoever followed it, and once to who follows only the target.

    ``followed`` says who followed which before the merge. Nobody is told of a target
    they may not see, and nobody of what they did.
    """
    theirs = _followers_in_sight(target, sources, followed)
    hearing = {person for each in theirs.values() for person in each}
    others = [each for each in followed.get(target.pk, ()) if each not in hearing]
    news = [
        _news(
            target,
            without(by, theirs[row.pk]),
            key=f"ticket_merged-{row.pk}-{row.version}",
            kind="ticket_merged",
            sources=[row],
            body=row.subject,
        )
        for row in sources
    ]
    news.append(
        _news(
            target,
            without(by, others),
            key=f"ticket_absorbed-{target.pk}-{target.version}",
            kind="ticket_absorbed",
            sources=sources,
            body=target.subject,
        )
    )
    notify_each(news, now=now)


def _followers_in_sight(
    target: Ticket, sources: Sequence[Ticket], followed: Told
) -> Told:
    people = {each for row in sources for each in followed.get(row.pk, ())}
    sees = seen_by(people, [target])
    return {
        row.pk: [each for each in followed.get(row.pk, ()) if sees[each.pk]]
        for row in sources
    }


def _news(
    target: Ticket,
    people: Sequence[User],
    *,
    key: str,
    kind: str,
    sources: Sequence[Ticket],
    body: str,
) -> News:
    if len(sources) == 1:
        words, what = _("%(what)s was merged into %(target)s"), sources[0].number
    else:
        words = _("%(what)s tickets were merged into %(target)s")
        what = str(len(sources))
    return News(
        people=people,
        key=key,
        kind=kind,
        title=words % {"what": what, "target": target.number},
        body=body,
        path=ticket_path(target),
    )
