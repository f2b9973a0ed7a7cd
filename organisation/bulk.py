"""People and teams that a file names, made in bulk."""

from __future__ import annotations

from core.staging import Stage

# A file must not be a way to give somebody access: people it names are made disabled,
# and only an administrator lets them in.
_PEOPLE = """
INSERT INTO organisation_user
    (email, name, role, password, timezone, locale, theme, is_active, disabled_at)
SELECT CASE WHEN word LIKE '%%@%%' THEN lower(word) ELSE
           left(trim(BOTH '-' FROM regexp_replace(lower(word), '[^a-z0-9]+', '-', 'g')),
                60) || '-' || left(md5(word), 6) || '@import.invalid' END,
       CASE WHEN word LIKE '%%@%%' THEN '' ELSE left(word, 120) END,
       'agent', '!' || md5(random()::text), '', '', 'system', false, now()
FROM (
    SELECT DISTINCT ON (lower(s.{named_by})) s.{named_by} AS word FROM {s} s
    WHERE s.outcome IS NULL AND s.{named_by} IS NOT NULL AND s.{into} IS NULL
    ORDER BY lower(s.{named_by}), s.row_no
) missing
ON CONFLICT DO NOTHING
"""
_TEAMS = """
INSERT INTO organisation_team (name)
SELECT DISTINCT ON (lower(s.{named_by})) left(s.{named_by}, 120) FROM {s} s
WHERE s.outcome IS NULL AND s.{named_by} IS NOT NULL AND s.{into} IS NULL
ORDER BY lower(s.{named_by}), s.row_no
ON CONFLICT DO NOTHING
"""


def create_missing_people(stage: Stage, *, into: str, named_by: str) -> int:
    """Make a disabled person for each unknown name or e-mail; returns how many."""
    return stage.run(_PEOPLE.replace("{into}", into).replace("{named_by}", named_by))


def create_missing_teams(stage: Stage, *, into: str, named_by: str) -> int:
    """Make each team that is named and unknown; returns how many."""
    return stage.run(_TEAMS.replace("{into}", into).replace("{named_by}", named_by))
