"""Many accounts in one request: each item is applied or refused on its own."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import APIException, ValidationError

from accounts.api_writes import change_account, put_account
from accounts.models import Account
from accounts.serializers import BulkItem
from accounts.services import create_account
from core.problems import django_errors, field_errors
from organisation.models import User


def apply_items(items: list[dict[str, Any]], *, view: Any) -> list[dict[str, Any]]:
    """One result per item, in order."""
    return [{"index": index, **_result(item, view)} for index, item in enumerate(items)]


def _result(item: dict[str, Any], view: Any) -> dict[str, Any]:
    try:
        with transaction.atomic():
            account, is_new = _apply(item, view)
    except DjangoValidationError as error:
        return _refused(400, list(field_errors(django_errors(error))))
    except ValidationError as error:
        return _refused(400, list(field_errors(error.detail)))
    except Http404:
        return _refused(
            404, [{"pointer": "/id", "detail": "There is no such account."}]
        )
    except APIException as error:
        return _refused(error.status_code, [{"pointer": "", "detail": str(error)}])
    except IntegrityError:
        words = "This contradicts another account."
        return _refused(409, [{"pointer": "", "detail": words}])
    status = 201 if is_new else 200
    return {"status": status, "id": account.public_id, "errors": []}


def _apply(item: dict[str, Any], view: Any) -> tuple[Account, bool]:
    shape = BulkItem(data=item, context={"view": view})
    shape.is_valid(raise_exception=True)
    values = dict(shape.validated_data)
    public_id = values.pop("id", None)
    source, name = values.pop("source", ""), values.pop("external_id", "")
    by: User = view.person
    if public_id is not None:
        seen = Account.objects.visible_to(by)
        account = get_object_or_404(seen, public_id=public_id)
        return change_account(account, values, by=by), False
    if source and name:
        found, is_new = put_account(source, name, values, by=by)
        if found is None:
            raise Http404
        return found, is_new
    if source or name:
        raise ValidationError({"source": ["Give both source and external_id."]})
    if not values.get("name"):
        raise ValidationError({"name": ["A new account needs a name."]})
    return create_account(by=by, **values), True


def _refused(status: int, errors: list[dict[str, str]]) -> dict[str, Any]:
    return {"status": status, "id": None, "errors": errors}
