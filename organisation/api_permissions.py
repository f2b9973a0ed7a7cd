"""Who may call which API resource: scopes for tokens, permissions for everyone."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from organisation.models import ApiToken
from organisation.permissions import Permission


class ScopePermission(BasePermission):
    """A view names ``scope_area`` and the permissions it needs to read and to write.

    ``read_permission`` and ``write_permission`` are Permission codes, and
    ``action_permissions`` says where one action needs another; a token must also carry
    ``<scope_area>:read`` or ``:write`` (writing includes reading). ``reads_with_post``
    marks views whose POST computes and stores nothing.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if not hasattr(view, str(request.method).lower()):
            raise MethodNotAllowed(str(request.method))
        is_read = request.method in SAFE_METHODS or getattr(
            view, "reads_with_post", False
        )
        if not self._has_scope(request, view.scope_area, is_read=is_read):
            return False
        return bool(request.user.has_perm_code(needed_permission(view, is_read)))

    def _has_scope(self, request: Request, area: str, *, is_read: bool) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        allowed = {f"{area}:write"} | ({f"{area}:read"} if is_read else set())
        if allowed & set(request.auth.scopes):
            return True
        verb = "read" if is_read else "write"
        self.message = f"This token needs the scope {area}:{verb}."
        return False


def needed_permission(view: Any, is_read: bool) -> Permission:
    """The permission a view's present action asks for."""
    special = getattr(view, "action_permissions", {})
    found = special.get(getattr(view, "action", None))
    if found is None:
        found = view.read_permission if is_read else view.write_permission
    return Permission(found)
