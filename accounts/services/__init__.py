"""Every way an account, a contact and what belongs to them may change."""

from accounts.services.assignment import add_tag, assign_owner, remove_tag
from accounts.services.configuration import (
    delete_custom_field,
    delete_segment,
    move_segment,
    save_custom_field,
    save_plan,
    save_segment,
)
from accounts.services.contacts import (
    archive_contact,
    create_contact,
    merge_contacts,
    restore_contact,
    set_contact_roles,
    update_contact,
)
from accounts.services.errors import (
    AccountIsMerged,
    CannotMerge,
    StaleAccount,
    StaleContact,
)
from accounts.services.lifecycle import (
    archive_account,
    create_account,
    restore_account,
    set_terms,
    update_account,
)
from accounts.services.merge import merge_accounts, merged_values
from accounts.services.touchpoints import (
    delete_touchpoint,
    log_touchpoint,
    refresh_last_touch,
    update_touchpoint,
)

__all__ = [
    "AccountIsMerged",
    "CannotMerge",
    "StaleAccount",
    "StaleContact",
    "add_tag",
    "archive_account",
    "archive_contact",
    "assign_owner",
    "create_account",
    "create_contact",
    "delete_custom_field",
    "delete_segment",
    "delete_touchpoint",
    "log_touchpoint",
    "merge_accounts",
    "merge_contacts",
    "merged_values",
    "move_segment",
    "refresh_last_touch",
    "remove_tag",
    "restore_account",
    "restore_contact",
    "save_custom_field",
    "save_plan",
    "save_segment",
    "set_contact_roles",
    "set_terms",
    "update_account",
    "update_contact",
    "update_touchpoint",
]
