"""Two people at the same moment: one winner, and nothing half done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Account, AccountTerms, Contact
from accounts.services import (
    CannotMerge,
    StaleAccount,
    merge_accounts,
    merge_contacts,
    update_account,
)
from events.models import Event
from tests.factories.accounts import AccountFactory, ContactFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts in threads that start together; each answer or its exception."""
    together = Barrier(len(acts))

    def run(act):
        together.wait()
        try:
            return act()
        except Exception as wrong:  # noqa: BLE001 - the test looks at it
            return wrong
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result() for each in [pool.submit(run, act) for act in acts]]


def winners(answers: list[object], loss: type[Exception]) -> list[object]:
    """What succeeded; everybody else must have lost in the expected way."""
    lost = [each for each in answers if isinstance(each, Exception)]
    assert all(isinstance(each, loss) for each in lost), lost
    return [each for each in answers if not isinstance(each, Exception)]


def test_of_many_who_save_the_same_version_one_wins():
    account = AccountFactory(seats=1)

    answers = at_once(
        *(
            lambda n=n: update_account(account, by=None, expected_version=1, seats=n)
            for n in range(10, 16)
        )
    )

    (winner,) = winners(answers, StaleAccount)
    account.refresh_from_db()
    assert (account.version, account.seats) == (2, winner.seats)
    assert Event.objects.filter(kind="account_updated").count() == 1
    assert AccountTerms.objects.get(account=account).seats == winner.seats


def test_two_merges_in_opposite_directions_leave_one_account():
    one, two = AccountFactory(), AccountFactory()

    answers = at_once(
        lambda: merge_accounts(survivor=one, duplicate=two, by=None),
        lambda: merge_accounts(survivor=two, duplicate=one, by=None),
    )

    assert len(winners(answers, CannotMerge)) == 1
    assert Account.objects.live().count() == 1
    assert Event.objects.filter(kind="account_merged").count() == 1


def test_two_merges_of_the_same_people_leave_one_contact():
    account = AccountFactory()
    one, two = (ContactFactory(account=account) for _ in range(2))

    answers = at_once(
        lambda: merge_contacts(survivor=one, duplicate=two, by=None),
        lambda: merge_contacts(survivor=two, duplicate=one, by=None),
    )

    assert len(winners(answers, CannotMerge)) == 1
    assert Contact.objects.count() == 1
