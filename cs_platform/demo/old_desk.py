"""The past of the demo desk: scenes that ended long ago, and links between old tickets,
through our own services and at the time at which they happened."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from accounts.models import Contact
from cs_platform.demo.old_scenes import OLD_SCENES
from cs_platform.demo.open_desk import Shift
from cs_platform.demo.scenes import Scene
from cs_platform.demo.world import SOURCE
from tickets import services
from tickets.models import Ticket

_END = 15
_LINKED, _LOOKED_AT = 6, 400
#: Two customers with the same question within this time are told of each other.
_NEAR = timedelta(days=21)


def play_past(now: datetime, *, days: int) -> list[Ticket]:
    """The tickets of all old scenes, within so many days before now."""
    past = Past(now)
    for number, (share, scene) in enumerate(OLD_SCENES, 1):
        past.play_back(scene, days * (1 - share), minute=17 * number % 60)
    _link_old(now - timedelta(days=days * (1 - OLD_SCENES[-1][0])))
    return past.made


class Past(Shift):
    """Plays scenes as they went then, with customers that were there already."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.today = now
        self.asked: set[int] = set()

    def play_back(self, scene: Scene, days_ago: float, *, minute: int) -> None:
        """A scene that ended in the afternoon of a working day."""
        ended = self.today - timedelta(days=days_ago)
        ended -= timedelta(days=max(ended.weekday() - 4, 0))
        self.now = datetime.combine(ended.date(), time(_END, minute), ended.tzinfo)
        self.play(scene)

    def customer_of(self, scene: Scene) -> Contact:
        """Somebody of an account that was a customer then, each account once."""
        pool = self.customers[scene.plan or 0]
        begun = self._moment(scene.ago).date()
        known = [each for each in pool if each.account.first_seen_on <= begun]
        fresh = [each for each in known if each.account_id not in self.asked]
        contact = (fresh or known or pool)[0]
        self.asked.add(contact.account_id)
        return contact

    def again(self, who: str, words: str) -> None:
        """The customer writes anew instead of answering, and the two become one."""
        subject, _gap, text = words.partition("\n\n")
        first = self.ticket
        other = services.create_ticket(
            by=None, subject=subject, text=text, now=self.at,
            contact=first.contact, requester_name=first.requester_name,
            requester_email=first.requester_email, category=first.category,
            priority=first.priority, channel="web_form",
        )  # fmt: skip
        self.made.append(other)
        at = self.at + timedelta(minutes=25)
        services.merge_tickets([other], into=first, by=self.people[who], now=at)

    def settle(self, who: str, words: str) -> None:
        """What was split off last is answered and done."""
        both = self.ticket, self.at
        self.ticket = self.made[-1]
        self.take(who, "")
        self._reply(who, words, "resolved")
        self.at += timedelta(hours=2)
        self.close(who, "")
        self.ticket, self.at = both


def _link_old(before: datetime) -> None:
    """Old tickets of two customers with the same question name each other."""
    rows = Ticket.objects.filter(
        source=SOURCE, status="closed", opened_at__lt=before, account__isnull=False,
        assignee__isnull=False, first_responded_at__isnull=False,
    )  # fmt: skip
    earlier: dict[str, Ticket] = {}
    pairs: dict[str, tuple[Ticket, Ticket]] = {}
    newest = rows.select_related("assignee").order_by("-opened_at")[:_LOOKED_AT]
    for row in reversed(newest):
        other = earlier.get(row.subject)
        if other is not None and _is_near(row, other):
            pairs[row.subject] = row, other
        earlier[row.subject] = row
    for later, other in list(pairs.values())[:_LINKED]:
        services.link_tickets(
            later, other=other, kind="related", by=later.assignee,
            now=later.first_responded_at,
        )  # fmt: skip


def _is_near(row: Ticket, other: Ticket) -> bool:
    is_another = row.account_id != other.account_id
    return is_another and row.opened_at - other.opened_at < _NEAR
