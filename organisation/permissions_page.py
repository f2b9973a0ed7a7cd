"""The permission table and the scopes as Markdown, for the reference docs."""

from __future__ import annotations

from organisation.permissions import (
    PERMISSION_WORDS,
    ROLE_PERMISSIONS,
    SCOPE_AREAS,
    Permission,
    Role,
)

INTRODUCTION = """# Roles and permissions

Generated from `organisation/permissions.py` by `manage.py write_reference`; a test
fails when this page is out of date. The same table stands in the product under
Settings → Roles.

Which accounts a person sees is another question: the organisation's *row scope* says
whether everybody sees every account, people see their team's accounts, or only their
own book. Administrators, CS operations, leaders and integrations always see all; a
team lead sees the book of the team. What a person cannot see does not exist for them
(404); what they see but may not do is refused (403).
"""
SCOPES = """## Scopes of API tokens

A token acts as its person (or service account) and can do at most what that role may;
its scopes narrow that further. Writing includes reading. Every area has `:read` and
`:write`:

"""


def permissions_markdown() -> str:
    """The whole page."""
    heads = " | ".join(str(role.label) for role in Role)
    lines = [
        INTRODUCTION,
        f"| May | Code | {heads} |",
        "|---|---|" + ":-:|" * len(Role),
    ]
    for permission in Permission:
        cells = " | ".join(
            "✓" if permission in ROLE_PERMISSIONS[role] else "–" for role in Role
        )
        words = PERMISSION_WORDS[permission]
        lines.append(f"| {words} | `{permission}` | {cells} |")
    areas = ", ".join(f"`{area}`" for area in SCOPE_AREAS)
    return "\n".join(lines) + "\n\n" + SCOPES + areas + ".\n"
