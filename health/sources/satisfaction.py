"""Sources that read what customers say."""

from health.sources.arithmetic import rating_percentage
from health.sources.declaring import Columns, source
from health.sources.reading import Floats


def nps_age(facts: Columns) -> Floats:
    """Days since the account last answered an NPS survey."""
    return facts["nps_age"]


def csat_age(facts: Columns) -> Floats:
    """Days since the account last answered a satisfaction survey."""
    return facts["csat_age"]


def ces_age(facts: Columns) -> Floats:
    """Days since the account last answered an effort survey."""
    return facts["ces_age"]


def product_age(facts: Columns) -> Floats:
    """Days since the account last answered a product survey."""
    return facts["product_age"]


def sentiment_age(facts: Columns) -> Floats:
    """Days since the account last wrote a comment."""
    return facts["sentiment_age"]


@source(
    label="NPS",
    unit="",
    window="180 days",
    group="satisfaction",
    direction="up",
    sentence="NPS {before} → {after}",
    age=nps_age,
)
def nps(facts: Columns) -> Floats:
    """Promoters (9–10) less detractors (0–6) among each contact's last answer."""
    return facts["nps_180"]


@source(
    label="Satisfaction (CSAT)",
    unit="%",
    window="180 days",
    group="satisfaction",
    direction="up",
    sentence="Satisfaction {before} → {after}",
    age=csat_age,
)
def csat(facts: Columns) -> Floats:
    """Mean answer of satisfaction surveys (1–5), as (mean − 1) ÷ 4 × 100."""
    return rating_percentage(facts["csat_mean_180"], 1, 5)


@source(
    label="Ease (CES)",
    unit="",
    window="180 days",
    group="satisfaction",
    direction="up",
    sentence="Ease of use {before} → {after} of 7",
    age=ces_age,
    places=1,
)
def ces(facts: Columns) -> Floats:
    """Mean answer of effort surveys, from 1 (very hard) to 7 (very easy)."""
    return facts["ces_mean_180"]


@source(
    label="Product satisfaction",
    unit="%",
    window="180 days",
    group="satisfaction",
    direction="up",
    sentence="Product satisfaction {before} → {after}",
    age=product_age,
)
def product_satisfaction(facts: Columns) -> Floats:
    """Mean answer of product surveys (1–5), as (mean − 1) ÷ 4 × 100."""
    return rating_percentage(facts["product_mean_180"], 1, 5)


@source(
    label="Sentiment of comments",
    unit="",
    window="180 days",
    group="satisfaction",
    direction="up",
    sentence="Sentiment of comments {before} → {after}",
    age=sentiment_age,
    places=2,
)
def verbatim_sentiment(facts: Columns) -> Floats:
    """Mean sentiment of what people wrote, from −1 to 1."""
    return facts["sentiment_180"]
