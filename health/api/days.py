"""Days in the addresses of this room's API."""

from __future__ import annotations

from datetime import date
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from core.api import ParameterRefused

HISTORY_DAYS = 90
#: Days outside are a slip of the hand, and arithmetic with them would overflow.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)


def day_parameter(name: str, description: str, *, required: bool = False) -> Any:
    """A day in the address, for the description of the API."""
    return OpenApiParameter(
        name, OpenApiTypes.DATE, description=description, required=required
    )


def asked_day(request: Request, name: str, default: date | None) -> date:
    """A day of the address, or the default; without one it must be given."""
    text = request.query_params.get(name, "")
    if not text and default is not None:
        return default
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise ParameterRefused(name, "Give a day as YYYY-MM-DD.")
    return day
