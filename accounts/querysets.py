"""Words for reading accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchQuery
from django.db import models

from organisation.models import Organisation, User

if TYPE_CHECKING:
    from accounts.models import Account  # noqa: F401


class AccountQuerySet(models.QuerySet["Account"]):
    """Every list of accounts begins with ``visible_to(user)``."""

    def live(self) -> AccountQuerySet:
        """Neither archived nor merged away."""
        return self.filter(archived_at__isnull=True, merged_into__isnull=True)

    def archived(self) -> AccountQuerySet:
        """Put away by a person, but not merged."""
        return self.filter(archived_at__isnull=False, merged_into__isnull=True)

    def visible_to(self, user: User, *, scope: str | None = None) -> AccountQuerySet:
        """Accounts this person may see at all; everything else is 404 to them.

        ``scope`` is the organisation's row scope; read once when not given.
        """
        if not user.has_perm_code("view_accounts"):
            return self.none()
        if user.role in {"admin", "operations", "leader", "integration"}:
            return self
        if scope is None:
            scope = (
                Organisation.objects.values_list("row_scope", flat=True).first()
                or "all"
            )
        if scope == Organisation.RowScope.ALL:
            return self
        own = models.Q(owner=user)
        if scope == Organisation.RowScope.TEAM and user.team_id:
            own |= models.Q(team_id=user.team_id) | models.Q(
                owner__team_id=user.team_id
            )
        elif user.role == "lead" and user.team_id:
            own |= models.Q(owner__team_id=user.team_id)
        return self.filter(own)

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


def prefix_query(text: str) -> SearchQuery | None:
    """A text search query for words that begin with each given word, or None."""
    words = [
        "".join(ch for ch in word if ch.isalnum() or ch in "_-")
        for word in text[:100].split()
    ]
    terms = [f"'{word}':*" for word in words if word.strip("-_")]
    if not terms:
        return None
    return SearchQuery(" & ".join(terms), search_type="raw", config="simple")
