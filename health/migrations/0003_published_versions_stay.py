"""A published scorecard version never changes; the database itself refuses it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION health_refuse_version_change() RETURNS trigger AS $$
BEGIN
    IF OLD.status <> 'draft' AND (
        NEW.definition IS DISTINCT FROM OLD.definition
        OR NEW.scorecard_id IS DISTINCT FROM OLD.scorecard_id
        OR NEW.number IS DISTINCT FROM OLD.number
        OR NEW.status = 'draft'
    ) THEN
        RAISE EXCEPTION 'A published scorecard version never changes.'
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'scorecard_version_stays';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER health_version_stays BEFORE UPDATE ON health_scorecardversion
    FOR EACH ROW EXECUTE FUNCTION health_refuse_version_change();
"""
BACKWARD = """
DROP TRIGGER health_version_stays ON health_scorecardversion;
DROP FUNCTION health_refuse_version_change();
"""


class Migration(migrations.Migration):
    dependencies = [("health", "0002_health_engine")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
