"""The kinds of files that can be imported, one file each."""

from integrations.fields import Kind
from integrations.kinds.accounts import ACCOUNTS
from integrations.kinds.churns import CHURNS
from integrations.kinds.contacts import CONTACTS
from integrations.kinds.metrics import METRICS
from integrations.kinds.subscriptions import SUBSCRIPTIONS
from integrations.kinds.survey_responses import SURVEY_RESPONSES
from integrations.kinds.ticket_events import TICKET_EVENTS
from integrations.kinds.tickets import TICKETS
from integrations.kinds.touchpoints import TOUCHPOINTS
from integrations.kinds.usage_daily import USAGE_DAILY
from integrations.kinds.usage_events import USAGE_EVENTS

#: In the order in which a person would send them: parents before children.
KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        ACCOUNTS,
        CONTACTS,
        SUBSCRIPTIONS,
        USAGE_EVENTS,
        USAGE_DAILY,
        METRICS,
        TICKETS,
        TICKET_EVENTS,
        CHURNS,
        TOUCHPOINTS,
        SURVEY_RESPONSES,
    )
}
