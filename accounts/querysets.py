"""Words for reading accounts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib.postgres.search import SearchQuery
from django.db import models

from organisation.facts import row_scope
from organisation.models import Organisation, User

if TYPE_CHECKING:
    from accounts.models import Account  # noqa: F401


class AccountQuerySet(models.QuerySet["Account"]):
    """Every list of accounts begins with ``visible_to(user)``."""

    def live(self) -> AccountQuerySet:
        """Neither archived nor merged away."""
        return self.filter(archived_at__isnull=True, merged_into__isnull=True)

    def present_on(self, day: date, zone: str) -> AccountQuerySet:
        """Known by the day and not archived by its end, in a time zone.

        A merged account counts with the one that stays, on every day.
        """
        end = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
        return self.filter(
            models.Q(archived_at__isnull=True) | models.Q(archived_at__gte=end),
            merged_into__isnull=True,
            first_seen_on__lte=day,
        )

    def archived(self) -> AccountQuerySet:
        """Put away by a person, but not merged."""
        return self.filter(archived_at__isnull=False, merged_into__isnull=True)

    def visible_to(self, user: User, *, scope: str | None = None) -> AccountQuerySet:
        """Accounts this person may see at all; everything else is 404 to them.

        ``scope`` is the organisation's row scope; read once when not given.
        """
        if not user.has_perm_code("view_accounts"):
            return self.none()
        own = own_accounts(user, scope=scope)
        return self if own is None else self.filter(own)

    def by_external_id(self, source: str, external_id: str) -> AccountQuerySet:
        """The account another system calls this."""
        return self.filter(
            external_ids__source=source, external_ids__external_id=external_id
        )

    def for_list(self) -> AccountQuerySet:
        """With what a row of any list shows."""
        return self.select_related("owner", "segment", "plan").defer("search", "custom")

    def for_detail(self) -> AccountQuerySet:
        """With what the account page's head shows."""
        return self.select_related("owner", "segment", "plan", "team", "parent")

    def matching(self, text: str) -> AccountQuerySet:
        """Whose name or domain has words beginning with each word of ``text``."""
        query = prefix_query(text)
        return self.filter(search=query) if query else self


def own_accounts(user: User, *, scope: str | None = None) -> models.Q | None:
    """Which accounts the organisation's row scope leaves a person; None: all."""
    if user.role in {"admin", "operations", "leader", "integration"}:
        return None
    if scope is None:
        scope = row_scope()
    if scope == Organisation.RowScope.ALL:
        return None
    own = models.Q(owner=user)
    if scope == Organisation.RowScope.TEAM and user.team_id:
        own |= models.Q(team_id=user.team_id) | models.Q(owner__team_id=user.team_id)
    elif user.role == "lead" and user.team_id:
        own |= models.Q(owner__team_id=user.team_id)
    return own


def prefix_query(text: str) -> SearchQuery | None:
    """A text search query for words that begin with each given word, or None."""
    words = prefix_words(text)
    return SearchQuery(words, search_type="raw", config="simple") if words else None


def prefix_words(text: str) -> str:
    """The same as PostgreSQL writes such a query; empty when nothing can be found."""
    words = [word.translate(_QUOTES) for word in text[:100].split()]
    terms = [f"'{_without_half_domain(word)}':*" for word in words if _has_letter(word)]
    return " & ".join(terms)


#: An apostrophe inside a quoted word is doubled; what could end the word is dropped.
_QUOTES = str.maketrans({"'": "''", "\\": None, "\0": None})


def _has_letter(word: str) -> bool:
    """Whether there is anything in the word that could be found."""
    return any(character.isalnum() for character in word)


def _without_half_domain(word: str) -> str:
    """An e-mail address is one word of the index; while its domain is still being
    typed, only what stands before the @ can be looked up."""
    name, _at, domain = word.partition("@")
    is_whole = len(domain.rpartition(".")[2]) > 1 and "." in domain
    return word if is_whole or not _has_letter(name) else name
