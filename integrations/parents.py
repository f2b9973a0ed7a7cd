"""Finding the objects rows belong to, making those the mapping lets us make, and
holding back rows whose parent has not arrived.

Accounts, subscriptions and contacts can arrive by import, so rows wait for them.
People and teams cannot; a row that names an unknown one comes in without it, with a
warning.
"""

from __future__ import annotations

from accounts.bulk import create_missing_accounts
from accounts.people_bulk import create_missing_contacts
from core.staging import Stage
from integrations.fields import Job, Parent
from organisation.bulk import create_missing_people, create_missing_teams

_FIND = {
    "account": """
        UPDATE {s} s SET {into} = COALESCE(a.merged_into_id, a.id)
        FROM accounts_accountexternalid e
        JOIN accounts_account a ON a.id = e.account_id
        WHERE s.outcome IS NULL AND s.{into} IS NULL
          AND e.source = %(source)s AND e.external_id = s.{named_by}""",
    "subscription": """
        UPDATE {s} s SET {into} = p.id,
            account_id = COALESCE(s.account_id, p.account_id)
        FROM revenue_subscription p
        WHERE s.outcome IS NULL
          AND p.source = %(source)s AND p.external_id = s.{named_by}""",
    "contact": """
        UPDATE {s} s SET {into} = p.id,
            account_id = COALESCE(s.account_id, p.account_id)
        FROM accounts_contact p
        WHERE s.outcome IS NULL
          AND p.source = %(source)s AND p.external_id = s.{named_by}""",
    "user": """
        UPDATE {s} s SET {into} = p.id
        FROM (
            SELECT DISTINCT ON (lower(word)) lower(word) AS word, id FROM (
                SELECT email AS word, id, 1 AS rank FROM organisation_user
                UNION ALL SELECT name, id, 2 FROM organisation_user WHERE name <> ''
            ) known ORDER BY lower(word), rank, id
        ) p
        WHERE s.outcome IS NULL AND s.{into} IS NULL
          AND p.word = lower(s.{named_by})""",
    "team": """
        UPDATE {s} s SET {into} = p.id FROM organisation_team p
        WHERE s.outcome IS NULL AND s.{into} IS NULL
          AND lower(p.name) = lower(s.{named_by})""",
}
_WAITED_FOR = ("account", "subscription", "contact")
_HOLD = """
UPDATE {s} s SET outcome = 'quarantined',
    waits_for = %(what)s || ':' || %(source)s || ':' || s.{named_by},
    problem_column = %(column)s, problem_value = s.{named_by},
    reason = format('The %%s “%%s” is not here yet.', %(what)s, s.{named_by})
WHERE s.outcome IS NULL AND s.{named_by} IS NOT NULL AND s.{into} IS NULL
"""


#: The table that just-created parents stand in.
_NAMED_IN = {
    "account": "accounts_accountexternalid",
    "contact": "accounts_contact",
    "user": "organisation_user",
    "team": "organisation_team",
}


def settle_parents(job: Job, columns: dict[str, str]) -> None:
    """Fill in the parents' ids; rows without a needed one are held or rejected.

    ``columns`` gives the file's own name of a field, for messages.
    """
    stage = job.stage
    for parent in job.kind.parents:
        if not stage.has(parent.named_by):
            continue
        _find(stage, parent)
        if parent.what in job.create_missing:
            _create(job, parent)
            # Without fresh statistics the planner walks the stage once per new row.
            stage.run(f"ANALYZE {_NAMED_IN[parent.what]}")
            _find(stage, parent)
            _come_without(stage, parent)
        if parent.what in _WAITED_FOR:
            _hold(stage, parent, columns.get(parent.named_by, parent.named_by))
    for parent in job.kind.parents:
        if parent.is_required:
            stage.reject(
                f"s.{parent.into} IS NULL",
                column=columns.get(parent.named_by, parent.named_by),
                reason=f"The row names no {parent.what}.",
            )


def _find(stage: Stage, parent: Parent) -> None:
    stage.run(_filled(_FIND[parent.what], parent))


def _come_without(stage: Stage, parent: Parent) -> None:
    """A contact cannot be made without an account; such a row comes in without it."""
    if parent.what == "contact":
        sql = (
            "UPDATE {s} s SET {named_by} = NULL WHERE s.outcome IS NULL "
            "AND s.{into} IS NULL AND s.account_id IS NULL"
        )
        stage.run(_filled(sql, parent))


def _hold(stage: Stage, parent: Parent, column: str) -> None:
    stage.run(_filled(_HOLD, parent), {"what": parent.what, "column": column})


def _filled(sql: str, parent: Parent) -> str:
    return sql.replace("{into}", parent.into).replace("{named_by}", parent.named_by)


def _create(job: Job, parent: Parent) -> None:
    name = parent.name if parent.name and job.stage.has(parent.name) else ""
    if parent.what == "account":
        create_missing_accounts(
            job.stage,
            into=parent.into,
            named_by=parent.named_by,
            name=name or parent.named_by,
            day=job.kind.day,
            today=job.today,
            by=job.by,
        )
    elif parent.what == "contact":
        create_missing_contacts(
            job.stage,
            into=parent.into,
            named_by=parent.named_by,
            name=name or parent.named_by,
            by=job.by,
        )
    elif parent.what == "user":
        create_missing_people(job.stage, into=parent.into, named_by=parent.named_by)
    elif parent.what == "team":
        create_missing_teams(job.stage, into=parent.into, named_by=parent.named_by)
