"""Every address of the platform and who may use it: one row each.

A row names the permission per method. ``ANYONE`` needs no sign-in, ``SIGNED_IN`` needs
nothing else. A new address gets a row here, or the test of permissions fails.
"""

from organisation.permissions import Permission

P = Permission
ANYONE = "anyone"
SIGNED_IN = "signed in"

PAGES: dict[str, dict[str, str]] = {
    "core:components_gallery": {"GET": ANYONE},
    "core:theme": {"POST": ANYONE},
    # Sign-in
    "account_login": {"GET": ANYONE},
    "account_logout": {"GET": ANYONE},
    "account_inactive": {"GET": ANYONE},
    "account_reauthenticate": {"GET": SIGNED_IN},
    "account_change_password": {"GET": SIGNED_IN},
    "account_reset_password": {"GET": ANYONE},
    "account_reset_password_done": {"GET": ANYONE},
    "account_reset_password_from_key": {"GET": ANYONE},
    "account_reset_password_from_key_done": {"GET": ANYONE},
    "organisation_accept": {"GET": ANYONE, "POST": ANYONE},
    "account_signup": {"GET": ANYONE, "POST": ANYONE},
    "account_email": {"GET": ANYONE, "POST": ANYONE},
    "account_set_password": {"GET": ANYONE, "POST": ANYONE},
    # Organisation
    "organisation:settings": {"GET": P.EDIT_SETTINGS, "POST": P.EDIT_SETTINGS},
    "organisation:roles": {"GET": SIGNED_IN},
    "organisation:profile": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "organisation:audit": {"GET": P.VIEW_AUDIT},
    "organisation:people": {"GET": P.MANAGE_PEOPLE},
    "organisation:person_invite": {"GET": P.MANAGE_PEOPLE, "POST": P.MANAGE_PEOPLE},
    "organisation:person": {"GET": P.MANAGE_PEOPLE, "POST": P.MANAGE_PEOPLE},
    "organisation:person_disable": {"POST": P.MANAGE_PEOPLE},
    "organisation:person_enable": {"POST": P.MANAGE_PEOPLE},
    "organisation:invitation_revoke": {"POST": P.MANAGE_PEOPLE},
    "organisation:teams": {"GET": P.MANAGE_PEOPLE, "POST": P.MANAGE_PEOPLE},
    "organisation:team": {"GET": P.MANAGE_PEOPLE, "POST": P.MANAGE_PEOPLE},
    "organisation:team_delete": {"POST": P.MANAGE_PEOPLE},
    "organisation:tokens": {"GET": P.MANAGE_TOKENS},
    "organisation:token_create": {"GET": P.MANAGE_TOKENS, "POST": P.MANAGE_TOKENS},
    "organisation:service_account_create": {
        "GET": P.MANAGE_TOKENS,
        "POST": P.MANAGE_TOKENS,
    },
    "organisation:token_rotate": {"POST": P.MANAGE_TOKENS},
    "organisation:token_revoke": {"POST": P.MANAGE_TOKENS},
    # Accounts
    "accounts:account_create": {"GET": P.EDIT_ACCOUNTS, "POST": P.EDIT_ACCOUNTS},
    "accounts:account_options": {"GET": P.VIEW_ACCOUNTS},
    "accounts:account_edit": {"GET": P.EDIT_ACCOUNTS, "POST": P.EDIT_ACCOUNTS},
    "accounts:account_archive": {"GET": P.EDIT_ACCOUNTS, "POST": P.EDIT_ACCOUNTS},
    "accounts:account_restore": {"POST": P.EDIT_ACCOUNTS},
    "accounts:account_merge": {"GET": P.MERGE_ACCOUNTS},
    "accounts:account_merge_confirm": {
        "GET": P.MERGE_ACCOUNTS,
        "POST": P.MERGE_ACCOUNTS,
    },
    "accounts:account_timeline": {"GET": P.VIEW_ACCOUNTS},
    "accounts:account_contacts": {"GET": P.VIEW_ACCOUNTS},
    "accounts:contact_create": {"GET": P.EDIT_ACCOUNTS, "POST": P.EDIT_ACCOUNTS},
    "accounts:contact": {"GET": P.VIEW_ACCOUNTS},
    "accounts:contact_edit": {"GET": P.EDIT_ACCOUNTS, "POST": P.EDIT_ACCOUNTS},
    "accounts:contact_archive": {"POST": P.EDIT_ACCOUNTS},
    "accounts:contact_merge": {"GET": P.EDIT_ACCOUNTS},
    "accounts:touchpoint_create": {
        "GET": P.EDIT_TOUCHPOINTS,
        "POST": P.EDIT_TOUCHPOINTS,
    },
    "accounts:touchpoint_edit": {
        "GET": P.EDIT_TOUCHPOINTS,
        "POST": P.EDIT_TOUCHPOINTS,
    },
    "accounts:touchpoint_delete": {"POST": P.EDIT_TOUCHPOINTS},
    "accounts:segments": {"GET": P.EDIT_SETTINGS},
    "accounts:segment_create": {"GET": P.EDIT_SETTINGS, "POST": P.EDIT_SETTINGS},
    "accounts:segment": {"GET": P.EDIT_SETTINGS, "POST": P.EDIT_SETTINGS},
    "accounts:segment_move": {"POST": P.EDIT_SETTINGS},
    "accounts:segment_delete": {"POST": P.EDIT_SETTINGS},
    "accounts:plans": {"GET": P.EDIT_SETTINGS},
    "accounts:plan_create": {"GET": P.EDIT_SETTINGS, "POST": P.EDIT_SETTINGS},
    "accounts:plan": {"GET": P.EDIT_SETTINGS, "POST": P.EDIT_SETTINGS},
    "accounts:custom_fields": {"GET": P.EDIT_SETTINGS},
    "accounts:custom_field_create": {"GET": P.EDIT_SETTINGS, "POST": P.EDIT_SETTINGS},
    "accounts:custom_field": {"GET": P.EDIT_SETTINGS, "POST": P.EDIT_SETTINGS},
    "accounts:custom_field_delete": {"POST": P.EDIT_SETTINGS},
    # Usage, tickets, revenue
    "usage:account_usage": {"GET": P.VIEW_USAGE},
    "tickets:account_tickets": {"GET": P.VIEW_TICKETS},
    "revenue:account_revenue": {"GET": P.VIEW_REVENUE},
    "revenue:subscription_create": {"GET": P.EDIT_REVENUE, "POST": P.EDIT_REVENUE},
    "revenue:subscription_edit": {"GET": P.EDIT_REVENUE, "POST": P.EDIT_REVENUE},
    # Health
    "health:scorecards": {"GET": P.VIEW_HEALTH},
    "health:scorecard": {"GET": P.VIEW_HEALTH},
    "health:calculator": {"GET": P.VIEW_HEALTH},
    "health:calculator_accounts": {"GET": P.VIEW_HEALTH},
    "health:alerts": {"GET": P.VIEW_HEALTH},
    "health:alerts_acknowledge": {"POST": P.HANDLE_ALERTS},
    "health:alerts_close": {"GET": P.HANDLE_ALERTS, "POST": P.HANDLE_ALERTS},
    "health:runs": {"GET": P.VIEW_RUNS},
    "health:run_start": {"POST": P.EDIT_SCORECARDS},
    "health:run": {"GET": P.VIEW_RUNS},
    "health:account_health": {"GET": P.VIEW_HEALTH},
    "health:account_health_csv": {"GET": P.EXPORT_LISTS},
    # Imports
    "integrations:imports": {"GET": P.RUN_IMPORTS},
    "integrations:import_create": {"GET": P.RUN_IMPORTS, "POST": P.RUN_IMPORTS},
    "integrations:import_run": {"GET": P.RUN_IMPORTS},
    "integrations:import_mapping": {"GET": P.RUN_IMPORTS, "POST": P.RUN_IMPORTS},
    "integrations:import_start": {"POST": P.RUN_IMPORTS},
    "integrations:import_mapping_file": {"GET": P.RUN_IMPORTS},
    "integrations:import_rows": {"GET": P.RUN_IMPORTS},
    # Reports
    "reports:home": {"GET": SIGNED_IN},
    "reports:portfolio": {"GET": P.VIEW_ACCOUNTS},
    "reports:portfolio_export": {"GET": P.EXPORT_LISTS},
    "reports:portfolio_as_of": {"GET": P.VIEW_HEALTH},
    "reports:portfolio_tags": {"GET": P.VIEW_ACCOUNTS},
    "reports:portfolio_bulk": {"POST": P.EDIT_ACCOUNTS},
    "reports:portfolio_undo": {"POST": P.EDIT_ACCOUNTS},
    "reports:account": {"GET": P.VIEW_ACCOUNTS},
    "reports:search": {"GET": P.VIEW_ACCOUNTS},
    "reports:saved_views": {"GET": P.VIEW_ACCOUNTS},
    "reports:saved_view_create": {"POST": P.VIEW_ACCOUNTS},
    "reports:saved_view_update": {"POST": P.VIEW_ACCOUNTS},
    "reports:saved_view_delete": {"POST": P.VIEW_ACCOUNTS},
}

_ACCOUNTS = {
    "GET": P.VIEW_ACCOUNTS,
    "PATCH": P.EDIT_ACCOUNTS,
    "DELETE": P.EDIT_ACCOUNTS,
}
_SETTINGS = {
    "GET": P.VIEW_ACCOUNTS,
    "PATCH": P.EDIT_SETTINGS,
    "DELETE": P.EDIT_SETTINGS,
}

API: dict[str, dict[str, str]] = {
    "api_schema": {"GET": SIGNED_IN},
    "api_docs": {"GET": SIGNED_IN},
    "api_nothing_here": {"GET": ANYONE, "POST": ANYONE},
    "api_accounts": {"GET": P.VIEW_ACCOUNTS, "POST": P.EDIT_ACCOUNTS},
    "api_accounts_bulk": {"POST": P.EDIT_ACCOUNTS},
    "api_account_by_external_id": {"GET": P.VIEW_ACCOUNTS, "PUT": P.EDIT_ACCOUNTS},
    "api_account": _ACCOUNTS,
    "api_account_restore": {"POST": P.EDIT_ACCOUNTS},
    "api_account_merge": {"POST": P.MERGE_ACCOUNTS},
    "api_contacts": {"GET": P.VIEW_ACCOUNTS, "POST": P.EDIT_ACCOUNTS},
    "api_contacts_gone": {"GET": P.VIEW_ACCOUNTS},
    "api_contact": _ACCOUNTS,
    "api_contact_restore": {"POST": P.EDIT_ACCOUNTS},
    "api_contact_merge": {"POST": P.EDIT_ACCOUNTS},
    "api_segments": {"GET": P.VIEW_ACCOUNTS, "POST": P.EDIT_SETTINGS},
    "api_segment": _SETTINGS,
    "api_segment_move": {"POST": P.EDIT_SETTINGS},
    "api_plans": {"GET": P.VIEW_ACCOUNTS},
    "api_plan": {"GET": P.VIEW_ACCOUNTS},
    "api_custom_fields": {"GET": P.VIEW_ACCOUNTS},
    "api_subscriptions": {"GET": P.VIEW_REVENUE, "POST": P.EDIT_REVENUE},
    "api_subscription": {"GET": P.VIEW_REVENUE, "PATCH": P.EDIT_REVENUE},
    "api_health_scores": {"GET": P.VIEW_HEALTH},
    "api_health_calculate": {"POST": P.VIEW_HEALTH},
    "api_account_health": {"GET": P.VIEW_HEALTH},
    "api_account_health_history": {"GET": P.VIEW_HEALTH},
    "api_account_health_explain": {"GET": P.VIEW_HEALTH},
    "api_alerts": {"GET": P.VIEW_HEALTH},
    "api_alert": {"GET": P.VIEW_HEALTH},
    "api_alert_acknowledge": {"POST": P.HANDLE_ALERTS},
    "api_alert_close": {"POST": P.HANDLE_ALERTS},
    "api_scorecards": {"GET": P.VIEW_HEALTH},
    "api_scorecard": {"GET": P.VIEW_HEALTH},
    "portfolio_summary": {"GET": P.VIEW_HEALTH},
    "api_users": {"GET": P.VIEW_ACCOUNTS},
    "api_me": {"GET": P.VIEW_ACCOUNTS},
    "api_user": {"GET": P.VIEW_ACCOUNTS},
    "api_teams": {"GET": P.VIEW_ACCOUNTS},
    "api_team": {"GET": P.VIEW_ACCOUNTS},
    "api_tokens": {"GET": P.MANAGE_TOKENS},
    "api_token_revoke": {"POST": P.MANAGE_TOKENS},
}

ROWS = PAGES | API

#: Addresses that lead to something of one account: 404 to who may not see it.
OF_AN_ACCOUNT = {
    **dict.fromkeys(
        (
            "accounts:account_edit", "accounts:account_archive",
            "accounts:account_restore", "accounts:account_merge",
            "accounts:account_merge_confirm", "accounts:account_timeline",
            "accounts:account_contacts", "accounts:contact_create",
            "accounts:touchpoint_create", "usage:account_usage",
            "tickets:account_tickets", "revenue:account_revenue",
            "revenue:subscription_create", "health:account_health",
            "health:account_health_csv", "reports:account", "api_account",
            "api_account_restore", "api_account_merge", "api_account_health",
            "api_account_health_history", "api_account_health_explain",
        ),
        "account",
    ),
    **dict.fromkeys(
        (
            "accounts:contact", "accounts:contact_edit", "accounts:contact_archive",
            "accounts:contact_merge", "api_contact", "api_contact_restore",
            "api_contact_merge",
        ),
        "contact",
    ),
    **dict.fromkeys(
        ("accounts:touchpoint_edit", "accounts:touchpoint_delete"), "touchpoint"
    ),
    **dict.fromkeys(("revenue:subscription_edit", "api_subscription"), "subscription"),
    **dict.fromkeys(
        ("api_alert", "api_alert_acknowledge", "api_alert_close"), "alert"
    ),
    "api_account_by_external_id": "account",
}  # fmt: skip
#: Other addresses with an id, and what it is the id of.
OF_SOMETHING = {
    "accounts:segment": "segment", "accounts:segment_move": "segment",
    "accounts:segment_delete": "segment", "accounts:plan": "plan",
    "accounts:custom_field": "custom_field",
    "accounts:custom_field_delete": "custom_field",
    "reports:saved_view_update": "saved_view",
    "reports:saved_view_delete": "saved_view",
    "integrations:import_run": "import_run",
    "integrations:import_mapping": "import_run",
    "integrations:import_start": "import_run",
    "integrations:import_mapping_file": "import_run",
    "integrations:import_rows": "import_run",
    "health:run": "run", "organisation:person": "user",
    "organisation:person_disable": "user", "organisation:person_enable": "user",
    "organisation:invitation_revoke": "invitation", "organisation:team": "team",
    "organisation:team_delete": "team", "organisation:token_rotate": "token",
    "organisation:token_revoke": "token", "api_segment": "segment",
    "api_segment_move": "segment", "api_plan": "plan", "api_user": "user",
    "api_team": "team", "api_token_revoke": "token",
}  # fmt: skip
