"""What health tests start with."""

import pytest

from health.services import create_alert_rules, publish_presets


@pytest.fixture
def presets(db: None) -> None:
    """The shipped scorecards and rules, also after a test that emptied the tables."""
    publish_presets()
    create_alert_rules()
