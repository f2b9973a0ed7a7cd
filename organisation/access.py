"""Who may open a page: one decorator for function views.

Rows are guarded elsewhere: every list begins with ``visible_to(user)``, and what a
person cannot see is 404. What they see but may not do is 403, raised here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from core.http import AuthenticatedRequest
from organisation.permissions import Permission

P = ParamSpec("P")
View = Callable[Concatenate[AuthenticatedRequest, P], HttpResponseBase]


def require(permission: Permission | str) -> Callable[[View[P]], View[P]]:
    """Only people whose role has the permission; the 403 page for everybody else.

    Put it nearest to the function. Signing in is already required by the middleware.
    """
    needed = Permission(permission)

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: AuthenticatedRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            check_permission(request.user, needed)
            return view(request, *args, **kwargs)

        guarded.required_permission = needed  # type: ignore[attr-defined]
        return guarded

    return decorate


def check_permission(user: Any, permission: Permission | str) -> None:
    """Raise PermissionDenied unless the person's role has the permission."""
    if not user.has_perm_code(permission):
        raise PermissionDenied(_("Your role does not include this."))
