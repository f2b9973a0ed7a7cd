"""The demo organisation itself: people, teams, calendars, plans, surveys, metrics."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.models import Plan, PlanFeature
from cs_platform.demo import words
from cs_platform.demo.canned import write_replies
from cs_platform.demo.world import Agent
from organisation.models import Organisation, Team, User, WorkingCalendar
from organisation.permissions import Role
from surveys.models import Survey
from tickets.models import SlaTier, SupportLevel
from tickets.services.tier_changes import publish_targets, update_tier
from tickets.services.tiers import newest_version
from usage.models import Feature, Metric

_BERLIN, _NEW_YORK, _SINGAPORE = "Europe/Berlin", "America/New_York", "Asia/Singapore"
#: E-mail name, full name, role, team, support level, zone. All at example.com.
PEOPLE = (
    ("admin", "Ada Admin", Role.ADMIN, None, None, ""),
    ("ops", "Olli Peltonen", Role.OPERATIONS, None, None, ""),
    ("csm", "Mara Okafor", Role.CSM, "EMEA", None, ""),
    ("csm2", "Theo Brandt", Role.CSM, "EMEA", None, ""),
    ("csm3", "Jana Lind", Role.CSM, "Americas", None, ""),
    ("agent", "Sami Haddad", Role.AGENT, "Support", 1, _BERLIN),
    ("agent2", "Lena Fischer", Role.AGENT, "Support", 2, _BERLIN),
    ("agent3", "Rui Costa", Role.AGENT, "Support", 3, _BERLIN),
    ("agent4", "Grace Miller", Role.AGENT, "Support Americas", 1, _NEW_YORK),
    ("agent5", "Devon Clarke", Role.AGENT, "Support Americas", 2, _NEW_YORK),
    ("agent6", "Mei Tan", Role.AGENT, "Support", 2, _SINGAPORE),
    ("engineer", "Arjun Rao", Role.AGENT, "Engineering", 4, _BERLIN),
    ("lead", "Nora Weiss", Role.LEAD, "EMEA", None, ""),
    ("leader", "Ines Duarte", Role.LEADER, None, None, ""),
)
TEAMS = ("EMEA", "Americas", "Support", "Support Americas", "Engineering")
#: When a shift begins, as an hour of UTC.
_SHIFTS = {_BERLIN: 7, _NEW_YORK: 14, _SINGAPORE: 23}
SIGN_INS = ("admin", "ops", "csm", "csm2", "agent", "lead", "leader")
METRICS = (
    ("outcome_achievement", "Outcome achievement", "%"),
    ("roi_realisation", "ROI realisation", "%"),
    ("efficiency_gain", "Efficiency gain", "%"),
    ("advocacy_score", "Advocacy score", ""),
)
SURVEYS = (
    ("nps", "Relationship NPS", Survey.Kind.NPS),
    ("product", "Product satisfaction", Survey.Kind.PRODUCT),
    ("ces", "Effort", Survey.Kind.CES),
)

#: Tiers from the smallest plan to the largest, with the calendar each promises by.
TIERS = {
    "self-service": "New York",
    "shared": "Berlin",
    "dedicated": "Around the clock",
}


@dataclass(frozen=True)
class Frame:
    """Primary keys the fact generators refer to."""

    managers: list[int]
    agents: list[Agent]
    teams: dict[str, int]
    plans: list[int]
    core_counts: list[int]
    features: list[int]
    surveys: dict[str, int]
    metrics: dict[str, int]


def set_up(password: str) -> Frame:
    """Create what is not there yet; the password is set for every demo person."""
    _organisation()
    teams = {name: Team.objects.get_or_create(name=name)[0].pk for name in TEAMS}
    people = _people(password, teams)
    _calendars()
    plans = _plans()
    _promises(plans)
    _levels(teams)
    write_replies()
    return Frame(
        managers=[people[name] for name in ("csm", "csm2", "csm3", "lead")],
        agents=[
            Agent(people[local], name, level, teams[team], _SHIFTS[zone])
            for local, name, role, team, level, zone in PEOPLE
            if role == Role.AGENT and team and level
        ],
        teams=teams,
        plans=plans,
        core_counts=[count for _, _, count in words.PLANS],
        features=[
            Feature.objects.get_or_create(name=name)[0].pk for name in words.FEATURES
        ],
        surveys={
            key: Survey.objects.get_or_create(
                key=key, defaults={"name": name, "kind": kind}
            )[0].pk
            for key, name, kind in SURVEYS
        },
        metrics={
            key: Metric.objects.get_or_create(
                key=key, defaults={"label": label, "unit": unit}
            )[0].pk
            for key, label, unit in METRICS
        },
    )


def _organisation() -> None:
    Organisation.objects.update_or_create(
        id=1,
        defaults={
            "name": "Brightwater Software",
            "timezone": "Europe/Berlin",
            "currency": "EUR",
            "is_demo": True,
        },
    )


def _people(password: str, teams: dict[str, int]) -> dict[str, int]:
    hashed = make_password(password)
    return {
        local: User.objects.update_or_create(
            email=f"{local}@example.com",
            defaults={
                "name": name,
                "role": role,
                "team_id": teams.get(team or ""),
                "support_level": level,
                "timezone": zone,
                "password": hashed,
            },
        )[0].pk
        for local, name, role, team, level, zone in PEOPLE
    }


def _calendars() -> None:
    office = {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    split = {
        day: [["08:00", "12:00"], ["13:00", "18:00"]]
        for day in ("mon", "tue", "wed", "thu", "fri")
    }
    for name, zone, weekly, is_always_open, country in (
        ("Berlin", "Europe/Berlin", split, False, "DE"),
        ("New York", "America/New_York", office, False, "US"),
        ("Around the clock", "UTC", {}, True, ""),
    ):
        WorkingCalendar.objects.get_or_create(
            name=name,
            defaults={
                "timezone": zone,
                "weekly": weekly,
                "is_always_open": is_always_open,
                "holiday_country": country,
            },
        )


def _promises(plans: list[int]) -> None:
    """Each plan has its SLA tier, and each tier its calendar."""
    for (slug, calendar), plan in zip(TIERS.items(), plans, strict=False):
        tier = SlaTier.objects.get(slug=slug)
        version = newest_version(tier.pk)
        update_tier(tier, by=None, plans=Plan.objects.filter(pk=plan))
        if version is not None and version.calendar.name != calendar:
            publish_targets(
                tier,
                by=None,
                targets=version.targets,
                calendar=WorkingCalendar.objects.get(name=calendar),
                note="The hours of the team that answers.",
            )


def _levels(teams: dict[str, int]) -> None:
    """Which team a ticket goes to that is escalated."""
    for level, team in ((1, "Support"), (2, "Support"), (4, "Engineering")):
        free = SupportLevel.objects.filter(level=level, team=None)
        free.update(team_id=teams[team])


def _plans() -> list[int]:
    keys = []
    for name, _, core in words.PLANS:
        plan, is_new = Plan.objects.get_or_create(name=name)
        if is_new:
            PlanFeature.objects.bulk_create(
                PlanFeature(plan=plan, feature=feature)
                for feature in words.FEATURES[:core]
            )
        keys.append(plan.pk)
    return keys
