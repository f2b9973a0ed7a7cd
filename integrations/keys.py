"""Rows that stand more than once in a file."""

from __future__ import annotations

from core.staging import Stage

_CONTENT_KEY = "row_key ~ '^#[0-9a-f]{32}$'"

# Equal rows of a file without ids are true duplicates: each gets its ordinal, so that
# they all count and a second import finds every one of them again.
_ORDINALS = f"""
UPDATE {{s}} s SET row_key = s.row_key || '-' || d.ordinal
FROM (
    SELECT row_no, row_number() OVER (PARTITION BY row_key ORDER BY row_no) AS ordinal
    FROM {{s}}
    WHERE outcome IS NULL AND row_key IN (
        SELECT row_key FROM {{s}} WHERE outcome IS NULL AND {_CONTENT_KEY}
        GROUP BY row_key HAVING count(*) > 1)
) d
WHERE d.row_no = s.row_no AND s.outcome IS NULL AND d.ordinal > 1
"""

# An id that repeats with the same content says nothing new and shares the fate of the
# first; with other content it contradicts the first and is rejected.
_REPEATS = """
UPDATE {s} s SET
    outcome = CASE WHEN s.content = d.first_content THEN 'follows' ELSE 'rejected' END,
    follows_row = d.first_row,
    problem_column = %(column)s,
    problem_value = s.row_key,
    reason = format('“%%s” stands in row %%s already, with other content.',
                    s.row_key, d.first_row)
FROM (
    SELECT row_no,
           first_value(row_no) OVER w AS first_row,
           first_value(content) OVER w AS first_content
    FROM {s}
    WHERE outcome IS NULL AND row_key IN (
        SELECT row_key FROM {s} WHERE outcome IS NULL
        GROUP BY row_key HAVING count(*) > 1)
    WINDOW w AS (PARTITION BY row_key ORDER BY row_no)
) d
WHERE d.row_no = s.row_no AND s.outcome IS NULL AND s.row_no > d.first_row
"""

# Followers of a row that came in are "unchanged"; rows folded into one share its
# outcome in every case.
_FOLLOWERS = """
UPDATE {s} s SET
    outcome = CASE WHEN %(folded)s OR lead.outcome IN ('rejected', 'quarantined')
        THEN lead.outcome ELSE 'unchanged' END,
    reason = CASE WHEN lead.outcome IN ('rejected', 'quarantined')
        THEN lead.reason END,
    problem_column = lead.problem_column,
    problem_value = lead.problem_value
FROM {s} lead
WHERE s.outcome = 'follows' AND lead.row_no = s.follows_row
"""


def settle_repeats(stage: Stage, *, id_column: str) -> None:
    """Number equal rows without ids; reject ids that repeat with other content."""
    if not stage.has("external_id"):
        stage.run(_ORDINALS)
    stage.run(_REPEATS, {"column": id_column})


def settle_followers(stage: Stage, *, are_folded: bool) -> None:
    """Give rows that follow another one their final outcome."""
    stage.run(_FOLLOWERS, {"folded": are_folded})
