"""Which sources of the specification are still to come, and with what."""

from health.sources.registry import SOURCES

# Every source the specification names, area by area.
SPECIFIED = {
    "usage": {
        "active_user_rate_7d",
        "active_user_rate_30d",
        "daily_active_user_rate",
        "weekly_logins_per_user",
        "feature_adoption_rate",
        "usage_vs_baseline",
        "days_since_last_activity",
        "sessions_30d",
        "events_per_active_user_30d",
    },
    "support": {
        "tickets_per_user_month",
        "open_tickets",
        "open_critical_tickets",
        "open_high_tickets",
        "open_medium_tickets",
        "open_low_tickets",
        "mean_resolution_hours",
        "median_resolution_hours",
        "sla_attainment_90d",
        "sla_breaches_open",
        "mean_first_response_hours",
        "escalation_rate",
        "reopen_rate",
        "support_satisfaction",
    },
    "business": {
        "outcome_achievement",
        "roi_realisation",
        "efficiency_gain",
        "goal_completion",
    },
    "relationship": {
        "meetings_per_quarter",
        "days_since_last_touchpoint",
        "stakeholder_engagement",
        "executive_sponsor_present",
        "feedback_participation",
        "advocacy_score",
        "reference_willingness",
    },
    "satisfaction": {
        "nps",
        "csat",
        "ces",
        "product_satisfaction",
        "verbatim_sentiment",
    },
    "commercial": {
        "days_payment_overdue",
        "seat_utilisation",
        "days_to_renewal",
        "expansion_signals",
    },
    "onboarding": {
        "onboarding_progress",
        "onboarding_days_late",
        "time_to_first_value",
    },
}

# The facts behind these come with the piece of work named beside them.
MISSING = {
    "goal_completion": "Success plans",
    "reference_willingness": "Advocacy",
    "expansion_signals": "Opportunities",
    "onboarding_progress": "Onboarding",
    "onboarding_days_late": "Onboarding",
    "time_to_first_value": "Onboarding",
}


def test_every_source_is_there_or_waits_for_something_named():
    specified = set().union(*SPECIFIED.values())

    assert set(SOURCES) | set(MISSING) == specified


def test_nothing_that_is_there_is_called_missing():
    assert not set(SOURCES) & set(MISSING)


def test_sources_stand_in_the_area_the_specification_gives_them():
    for area, keys in SPECIFIED.items():
        for key in keys & set(SOURCES):
            assert SOURCES[key].group == area, key
