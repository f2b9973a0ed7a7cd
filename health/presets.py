"""The five scorecards that ship, as definition JSON.

Reasons for indicators, weights and curves stand in docs/reference/scorecards.md.
"""

from health.preset_parts import (
    ACTIVE_SEATS,
    ADOPTION,
    BASELINE,
    DAYS_OVERDUE,
    ESCALATIONS,
    IMPROVE_EXPANSION,
    IMPROVE_RELATIONSHIP,
    IMPROVE_SATISFACTION,
    IMPROVE_SUPPORT,
    IMPROVE_USAGE,
    IMPROVE_VALUE,
    MEETINGS,
    NPS,
    OPEN_CRITICAL,
    PERCENT,
    RESOLUTION,
    SEATS_USED,
    SILENCE,
    SPONSOR,
    STAKEHOLDERS,
    TARGET_SHARE,
    TICKET_CSAT,
    TICKET_LOAD,
    TOUCHPOINT_AGE,
    Preset,
    dimension,
    indicator,
    scorecard,
)
from health.preset_signals import SIX_SIGNALS

STANDARD = Preset(
    slug="standard",
    label="Standard",
    description="The default: how much the product is used counts most; support, "
    "business value and relationship share the rest.",
    definition=scorecard(
        dimension(
            "usage",
            "Usage",
            40,
            [
                indicator("active_user_rate_30d", 30, ACTIVE_SEATS),
                indicator("usage_vs_baseline", 25, BASELINE),
                indicator("feature_adoption_rate", 25, ADOPTION),
                indicator("days_since_last_activity", 20, SILENCE, red_flag=(">", 30)),
            ],
            [IMPROVE_USAGE],
        ),
        dimension(
            "support",
            "Support",
            20,
            [
                indicator("tickets_per_user_month", 30, TICKET_LOAD),
                indicator(
                    "open_critical_tickets", 25, OPEN_CRITICAL, red_flag=(">", 1)
                ),
                indicator("median_resolution_hours", 25, RESOLUTION),
                indicator("support_satisfaction", 20, TICKET_CSAT, max_age_days=90),
            ],
            [IMPROVE_SUPPORT],
        ),
        dimension(
            "business_value",
            "Business value",
            20,
            [
                indicator("outcome_achievement", 40, TARGET_SHARE, max_age_days=120),
                indicator("roi_realisation", 20, TARGET_SHARE, max_age_days=120),
                indicator("seat_utilisation", 20, SEATS_USED),
                indicator("days_payment_overdue", 20, DAYS_OVERDUE, red_flag=(">", 30)),
            ],
            [IMPROVE_VALUE],
        ),
        dimension(
            "relationship",
            "Relationship",
            20,
            [
                indicator("days_since_last_touchpoint", 30, TOUCHPOINT_AGE),
                indicator("stakeholder_engagement", 25, STAKEHOLDERS),
                indicator("nps", 25, NPS, max_age_days=180),
                indicator("executive_sponsor_present", 20, SPONSOR),
            ],
            [IMPROVE_RELATIONSHIP],
        ),
    ),
)

ENTERPRISE_HANDBOOK = Preset(
    slug="enterprise-handbook",
    label="Enterprise handbook",
    description="For large accounts with a success plan: value and expansion count "
    "beside usage, with a red flag in every dimension that has one.",
    definition=scorecard(
        dimension(
            "product_usage",
            "Product usage",
            30,
            [
                indicator("usage_vs_baseline", 40, BASELINE, red_flag=("<", 50)),
                indicator("active_user_rate_30d", 30, ACTIVE_SEATS),
                indicator("feature_adoption_rate", 30, ADOPTION),
            ],
            [IMPROVE_USAGE],
        ),
        dimension(
            "business_value",
            "Business value",
            25,
            [
                indicator(
                    "outcome_achievement",
                    40,
                    TARGET_SHARE,
                    max_age_days=120,
                    red_flag=("<", 60),
                ),
                indicator(
                    "roi_realisation",
                    35,
                    TARGET_SHARE,
                    max_age_days=120,
                    red_flag=("<", 60),
                ),
                indicator("efficiency_gain", 25, ((0, 0), (10, 50), (30, 100))),
            ],
            [IMPROVE_VALUE],
        ),
        dimension(
            "support_interaction",
            "Support interaction",
            20,
            [
                indicator("tickets_per_user_month", 40, TICKET_LOAD, red_flag=(">", 2)),
                indicator("median_resolution_hours", 35, RESOLUTION),
                indicator("escalation_rate", 25, ESCALATIONS),
            ],
            [IMPROVE_SUPPORT],
        ),
        dimension(
            "relationship_strength",
            "Relationship strength",
            15,
            [
                indicator("meetings_per_quarter", 40, MEETINGS, red_flag=("<", 1)),
                indicator("stakeholder_engagement", 30, STAKEHOLDERS),
                indicator("feedback_participation", 15, ((0, 20), (30, 100))),
                indicator("executive_sponsor_present", 15, SPONSOR),
            ],
            [IMPROVE_RELATIONSHIP],
        ),
        dimension(
            "expansion_potential",
            "Expansion potential",
            10,
            [
                indicator("seat_utilisation", 60, SEATS_USED),
                indicator("usage_vs_baseline", 40, ((60, 0), (100, 50), (130, 100))),
            ],
            [IMPROVE_EXPANSION],
        ),
    ),
)

BALANCED_FOUR = Preset(
    slug="balanced-four",
    label="Balanced four",
    description="Usage and value weigh the same, support and relationship the rest.",
    definition=scorecard(
        dimension(
            "usage",
            "Usage",
            30,
            [
                indicator("active_user_rate_30d", 35, ACTIVE_SEATS),
                indicator("feature_adoption_rate", 35, ADOPTION),
                indicator("usage_vs_baseline", 30, BASELINE),
            ],
            [IMPROVE_USAGE],
        ),
        dimension(
            "support",
            "Support",
            20,
            [
                indicator("tickets_per_user_month", 35, TICKET_LOAD),
                indicator("median_resolution_hours", 35, RESOLUTION),
                indicator("support_satisfaction", 30, TICKET_CSAT, max_age_days=90),
            ],
            [IMPROVE_SUPPORT],
        ),
        dimension(
            "value",
            "Value",
            30,
            [
                indicator("outcome_achievement", 40, TARGET_SHARE, max_age_days=120),
                indicator("roi_realisation", 30, TARGET_SHARE, max_age_days=120),
                indicator("seat_utilisation", 30, SEATS_USED),
            ],
            [IMPROVE_VALUE],
        ),
        dimension(
            "relationship",
            "Relationship",
            20,
            [
                indicator("days_since_last_touchpoint", 35, TOUCHPOINT_AGE),
                indicator("stakeholder_engagement", 35, STAKEHOLDERS),
                indicator("nps", 30, NPS, max_age_days=180),
            ],
            [IMPROVE_RELATIONSHIP],
        ),
    ),
)

CALCULATOR = Preset(
    slug="calculator",
    label="Calculator",
    description="Plain percentages and rates that can be typed in by hand.",
    definition=scorecard(
        dimension(
            "usage",
            "Usage",
            25,
            [
                indicator("daily_active_user_rate", 30, PERCENT),
                indicator("feature_adoption_rate", 40, PERCENT),
                indicator("weekly_logins_per_user", 30, ((0, 0), (5, 100))),
            ],
            [IMPROVE_USAGE],
        ),
        dimension(
            "satisfaction",
            "Satisfaction",
            25,
            [
                indicator("nps", 50, ((-100, 0), (100, 100))),
                indicator("support_satisfaction", 30, PERCENT),
                indicator("product_satisfaction", 20, PERCENT),
            ],
            [IMPROVE_SATISFACTION],
        ),
        dimension(
            "business_value",
            "Business value",
            25,
            [
                indicator("outcome_achievement", 40, PERCENT),
                indicator("roi_realisation", 30, PERCENT),
                indicator("efficiency_gain", 30, PERCENT),
            ],
            [IMPROVE_VALUE],
        ),
        dimension(
            "relationship",
            "Relationship",
            15,
            [
                indicator("meetings_per_quarter", 40, ((0, 0), (4, 100))),
                indicator("stakeholder_engagement", 40, PERCENT),
                indicator("advocacy_score", 20, PERCENT),
            ],
            [IMPROVE_RELATIONSHIP],
        ),
        dimension(
            "support",
            "Support",
            10,
            [
                indicator("tickets_per_user_month", 40, ((2, 100), (6, 0))),
                indicator("mean_resolution_hours", 40, ((24, 100), (72, 0))),
                indicator("escalation_rate", 20, ((0, 100), (100, 0))),
            ],
            [IMPROVE_SUPPORT],
        ),
    ),
)

PRESETS = (STANDARD, ENTERPRISE_HANDBOOK, BALANCED_FOUR, CALCULATOR, SIX_SIGNALS)
DEFAULT_SLUG = STANDARD.slug
