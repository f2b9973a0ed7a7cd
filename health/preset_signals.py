"""The Six signals scorecard: six readings, each with a colour and a next step."""

from health.preset_parts import Preset, indicator, scorecard, signal

SIX_SIGNALS = Preset(
    slug="six-signals",
    label="Six signals",
    description="Six readings, each with its own colour and its own next step.",
    definition=scorecard(
        signal(
            "product_usage",
            "Product usage",
            25,
            indicator(
                "active_user_rate_30d", 100, ((0, 0), (30, 40), (60, 80), (85, 100))
            ),
            red=(
                "Find out who stopped using the product and why.",
                "Lost users come back, or the reason is known.",
                "Usage decline",
            ),
            yellow=(
                "Offer a short training to the least active team.",
                "More of the paid seats are used.",
                "Usage decline",
            ),
            green=(
                "Share what the most active team does.",
                "Good habits spread inside the account.",
                "Healthy nurture",
            ),
        ),
        signal(
            "feature_adoption",
            "Feature adoption",
            20,
            indicator(
                "feature_adoption_rate", 100, ((0, 0), (25, 40), (60, 80), (90, 100))
            ),
            red=(
                "Review the plan: which core features solve a goal.",
                "The features that matter are in use.",
                "Usage decline",
            ),
            yellow=(
                "Show one unused core feature that fits a goal.",
                "One more core feature in regular use.",
                "Usage decline",
            ),
            green=(
                "Invite them to try what is new.",
                "They keep finding value.",
                "Healthy nurture",
            ),
        ),
        signal(
            "support_tickets",
            "Support tickets",
            15,
            indicator(
                "tickets_per_user_month",
                100,
                ((0.1, 100), (0.5, 80), (1.5, 40), (3, 0)),
                red_flag=(">", 2),
            ),
            red=(
                "Sweep all open tickets with the support lead.",
                "The backlog falls and trust returns.",
                "Critical rescue",
            ),
            yellow=(
                "Look for the one cause behind most tickets.",
                "Fewer tickets for each user.",
                "At-risk intervention",
            ),
            green=(
                "Thank the team that reports clearly.",
                "Reports stay clear and quick to solve.",
                "Healthy nurture",
            ),
        ),
        signal(
            "engagement",
            "Engagement",
            15,
            indicator(
                "days_since_last_touchpoint",
                100,
                ((7, 100), (30, 80), (60, 40), (90, 0)),
            ),
            red=(
                "Call the sponsor this week.",
                "The conversation is open again.",
                "At-risk intervention",
            ),
            yellow=(
                "Book the next check-in now.",
                "No gap in the agreed cadence.",
                "Stakeholder change",
            ),
            green=(
                "Keep the agreed cadence.",
                "The relationship stays strong.",
                "Healthy nurture",
            ),
        ),
        signal(
            "payment_history",
            "Payment history",
            15,
            indicator(
                "days_payment_overdue",
                100,
                ((0, 100), (10, 80), (45, 40), (90, 0)),
                red_flag=(">", 45),
            ),
            red=(
                "Agree a payment date with the budget owner.",
                "The invoice is settled or the risk is known.",
                "Budget threat",
            ),
            yellow=(
                "Ask billing what holds the invoice.",
                "The invoice is settled before it ages.",
                "Budget threat",
            ),
            green=("Nothing to do.", "Payments stay on time.", "Healthy nurture"),
        ),
        signal(
            "sentiment",
            "Sentiment",
            10,
            indicator(
                "verbatim_sentiment",
                100,
                ((-0.8, 0), (-0.2, 40), (0.3, 80), (0.7, 100)),
                max_age_days=180,
            ),
            red=(
                "Call the unhappy person within 48 hours.",
                "The person feels heard and the cause is known.",
                "Detractor follow-up",
            ),
            yellow=(
                "Answer the open points they named.",
                "Neutral voices turn positive.",
                "Detractor follow-up",
            ),
            green=(
                "Ask for a reference or a short quote.",
                "One more customer who speaks for us.",
                "Advocate activation",
            ),
        ),
    ),
)
