"""Who may call which API resource: scopes for tokens, permissions for everyone."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from organisation.models import ApiToken


class ScopePermission(BasePermission):
    """A view names ``scope_area`` and the permissions it needs to read and to write.

    ``read_permission`` and ``write_permission`` are Permission codes; a token must
    also carry ``<scope_area>:read`` or ``:write`` (writing includes reading).
    ``reads_with_post`` marks views whose POST computes and stores nothing.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        is_read = request.method in SAFE_METHODS or getattr(
            view, "reads_with_post", False
        )
        area = view.scope_area
        if isinstance(request.auth, ApiToken):
            allowed = {f"{area}:write"} | ({f"{area}:read"} if is_read else set())
            if not allowed & set(request.auth.scopes):
                self.message = f"This token needs the scope {area}:" + (
                    "read." if is_read else "write."
                )
                return False
        needed = view.read_permission if is_read else view.write_permission
        return bool(request.user.has_perm_code(needed))
