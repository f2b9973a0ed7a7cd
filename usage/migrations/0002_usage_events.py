"""Raw usage events, partitioned by month; partitions are made as months arrive."""

from django.db import migrations

FORWARD = """
CREATE SEQUENCE usage_usageevent_id_seq;
CREATE TABLE usage_usageevent (
    id bigint NOT NULL DEFAULT nextval('usage_usageevent_id_seq'),
    account_id bigint NOT NULL,
    product_user_id bigint,
    feature_id bigint,
    occurred_at timestamptz NOT NULL,
    day date NOT NULL,
    name varchar(120) NOT NULL,
    is_session_start boolean NOT NULL DEFAULT false,
    quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
    PRIMARY KEY (occurred_at, id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX usage_event_account_day ON usage_usageevent (account_id, day);
"""
BACKWARD = """
DROP TABLE usage_usageevent;
DROP SEQUENCE usage_usageevent_id_seq;
"""


class Migration(migrations.Migration):
    dependencies = [("usage", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
