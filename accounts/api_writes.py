"""What the API's doors for accounts share: refusals in its words, create-or-update."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from rest_framework.exceptions import ValidationError

from accounts.models import Account
from accounts.services import (
    AccountIsMerged,
    CannotMerge,
    StaleAccount,
    StaleContact,
    create_account,
    update_account,
)
from core.api import ChangedMeanwhile, Conflict
from organisation.models import User


@contextmanager
def refusals() -> Iterator[None]:
    """Say what services refuse as the problem it is: 409 or 412."""
    try:
        yield
    except (StaleAccount, StaleContact) as error:
        raise ChangedMeanwhile(error.current.version) from error
    except AccountIsMerged as error:
        raise Conflict("This account was merged into another one.") from error
    except CannotMerge as error:
        raise Conflict(str(error)) from error


def change_account(
    account: Account, values: dict[str, Any], *, by: User, version: int | None = None
) -> Account:
    """Change a live account; an archived one is restored first or stays as it is."""
    if account.archived_at is not None:
        raise Conflict("This account is archived. Restore it first.")
    with refusals():
        return update_account(account, by=by, expected_version=version, **values)


@transaction.atomic
def put_account(
    source: str, external_id: str, values: dict[str, Any], *, by: User
) -> tuple[Account | None, bool]:
    """Create or change the account another system calls so: (account, whether new).

    None when somebody may not see the account of this name. Two requests for one name
    wait for each other, so the second one changes what the first created.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))",
            [f"{source}\n{external_id}"],
        )
    account = Account.objects.by_external_id(source, external_id).first()
    if account is None:
        if not values.get("name"):
            raise ValidationError({"name": ["A new account needs a name."]})
        ids = [(source, external_id)]
        return create_account(by=by, external_ids=ids, **values), True
    if not Account.objects.visible_to(by).filter(pk=account.pk).exists():
        return None, False
    return change_account(account, values, by=by), False
