"""The commands of this room."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.numbers import exact_sum
from health.models import HealthRun, Snapshot
from tests.factories.accounts import AccountExternalIdFactory, AccountFactory
from tests.factories.surveys import SurveyResponseFactory
from tests.factories.tickets import TicketFactory
from tests.health.world import DAY, active_account, ago

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]


def command(name: str, *words: str) -> str:
    out = StringIO()
    call_command(name, *words, stdout=out)
    return out.getvalue()


def test_recompute_says_what_it_did():
    AccountFactory()

    said = command("recompute_health", "--as-of", str(DAY))

    assert said.startswith(f"Health as of {DAY}: 1 accounts, 1 snapshots written")
    assert HealthRun.objects.get().trigger == "command"


def test_recompute_prints_json_for_programs():
    AccountFactory()

    result = json.loads(command("recompute_health", "--as-of", str(DAY), "--json"))

    assert result["as_of"] == str(DAY)
    assert (result["accounts"], result["errors"]) == (1, 0)
    assert result["status"] == "finished"


def test_recompute_without_a_day_means_today():
    AccountFactory()

    command("recompute_health")

    assert Snapshot.objects.get().is_provisional


def test_recompute_of_one_account_leaves_the_others():
    account = AccountFactory()
    AccountExternalIdFactory(account=account, external_id="A-1")
    AccountFactory()

    command("recompute_health", "--as-of", str(DAY), "--account", "A-1")

    assert Snapshot.objects.get().account == account


def test_restating_writes_a_second_row():
    AccountFactory()
    for words in ([], ["--restate"]):
        command("recompute_health", "--as-of", str(DAY), *words)

    assert Snapshot.objects.filter(is_restated=True).count() == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--as-of", "tomorrow"],
        ["--as-of", "2999-01-01"],
        ["--restate"],
        ["--account", "nobody"],
    ],
)
def test_recompute_refuses_what_it_cannot_do(words):
    with pytest.raises(CommandError):
        command("recompute_health", *words)


def explained_account():
    account = active_account()
    AccountExternalIdFactory(account=account, external_id="A-1")
    SurveyResponseFactory(account=account, score=2, responded_at=ago(2))
    TicketFactory(account=account, opened_at=ago(1), priority="critical")
    first = DAY - timedelta(days=10)
    for day in (first, DAY):
        command("recompute_health", "--as-of", str(day))
    return ["A-1", "--from", str(first), "--to", str(DAY)]


def test_explain_parts_sum_to_the_difference():
    answer = json.loads(command("health_explain", *explained_account(), "--json"))

    total = exact_sum([part["shown"] for part in answer["parts"]])
    assert total == answer["difference"]
    assert answer["difference"] == exact_sum(
        [answer["score_after"], -answer["score_before"]]
    )
    assert answer["account"] == "A-1"


def test_explain_speaks_to_people():
    lines = command("health_explain", *explained_account()).splitlines()

    assert lines[0].startswith("2024-06-02 ")
    assert any("NPS" in line for line in lines[1:])


def test_explain_says_when_there_is_nothing_to_explain():
    AccountExternalIdFactory(external_id="A-1")

    said = command("health_explain", "A-1", "--from", "2024-01-01", "--to", str(DAY))

    assert "was not computed" in said


@pytest.mark.parametrize(
    "words",
    [
        ["nobody", "--from", "2024-01-01", "--to", "2024-02-01"],
        ["A-1", "--from", "01/02/2024", "--to", "2024-02-01"],
    ],
)
def test_explain_refuses_what_it_does_not_know(words):
    AccountExternalIdFactory(external_id="A-1")
    with pytest.raises(CommandError):
        command("health_explain", *words)
