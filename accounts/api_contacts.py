"""API of contacts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.fields import DateTimeField
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_writes import refusals
from accounts.filters import ContactFilter
from accounts.gone_contacts import merged_contacts
from accounts.models import Account, Contact
from accounts.serializers import (
    ContactCreate,
    ContactMerge,
    ContactShape,
    ContactWrite,
    GoneContacts,
)
from accounts.services import (
    archive_contact,
    create_contact,
    merge_contacts,
    restore_contact,
    update_contact,
)
from core.api import Conflict, ParameterRefused, check_if_match
from core.paging import Order
from organisation.api_views import Resource
from organisation.permissions import Permission


class ContactResource(Resource):
    """People at the accounts the caller may see."""

    scope_area = "accounts"
    read_permission = Permission.VIEW_ACCOUNTS
    write_permission = Permission.EDIT_ACCOUNTS
    action_parameters = {"gone": ("since",)}
    queryset = Contact.objects.none()
    shape = ContactShape
    filterset_class = ContactFilter
    has_version = True
    orders = {
        "name": Order("name", Lower("name"), is_nullable=False),
        "updated": Order("updated", "updated_at", is_nullable=False),
    }

    def get_queryset(self) -> QuerySet[Contact]:
        accounts = Account.objects.visible_to(self.person)
        contacts = Contact.objects.filter(account__in=accounts).defer("search")
        return contacts.select_related("account").prefetch_related("roles")

    @extend_schema(summary="List contacts")
    def list(self, request: Request) -> Response:
        """Present contacts, or with `updated_since` everyone who changed."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One contact")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One contact, archived ones too."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Create a contact",
        request=ContactCreate,
        responses={201: ContactShape},
    )
    def create(self, request: Request) -> Response:
        """A new person at an account, with the roles held from today on."""
        values = self.checked(ContactCreate)
        with refusals():
            contact = create_contact(by=self.person, **values)
        response = self.answered(self.get_queryset().get(pk=contact.pk), status=201)
        response["Location"] = reverse("api_contact", args=[contact.public_id])
        return response

    @extend_schema(
        summary="Change a contact", request=ContactWrite, responses=ContactShape
    )
    def partial_update(self, request: Request, public_id: Any) -> Response:
        """Change what is named; `roles` is the full set held from today on."""
        contact = self.get_object()
        _refuse_archived(contact)
        version = check_if_match(request, contact.version)
        values = self.checked(ContactWrite, partial=True)
        with refusals():
            update_contact(contact, by=self.person, expected_version=version, **values)
        return self.answered(self.get_object())

    @extend_schema(summary="Archive a contact", responses={204: None})
    def destroy(self, request: Request, public_id: Any) -> Response:
        """Put a contact away and end the roles; what they said and did stays."""
        archive_contact(self.get_object(), by=self.person)
        return Response(status=204)

    @extend_schema(summary="Restore a contact", request=None, responses=ContactShape)
    def restore(self, request: Request, public_id: Any) -> Response:
        """Bring an archived contact back."""
        restore_contact(self.get_object(), by=self.person)
        return self.answered(self.get_object())

    @extend_schema(
        summary="Merge another entry into this contact",
        request=ContactMerge,
        responses=ContactShape,
    )
    def merge(self, request: Request, public_id: Any) -> Response:
        """Make one person of two entries of the same account."""
        survivor = self.get_object()
        wanted = self.checked(ContactMerge)["duplicate"]
        duplicate = get_object_or_404(self.get_queryset(), public_id=wanted)
        with refusals():
            merge_contacts(survivor=survivor, duplicate=duplicate, by=self.person)
        return self.answered(self.get_object())

    @extend_schema(
        operation_id="contacts_gone_retrieve",
        summary="Contacts that became part of another one",
        parameters=[
            OpenApiParameter(
                "since",
                OpenApiTypes.DATETIME,
                required=True,
                description="At or after.",
            )
        ],
        responses=GoneContacts,
        filters=False,
    )
    def gone(self, request: Request) -> Response:
        """The last 1,000 at most, oldest first; go on from the last `gone_at`."""
        text = request.query_params.get("since", "")
        try:
            since = DateTimeField().run_validation(text)
        except ValidationError as error:
            raise ParameterRefused("since", "Give a moment (ISO 8601).") from error
        rows = merged_contacts(since=since, person=self.person)
        return Response(GoneContacts({"results": rows}).data)


def _refuse_archived(contact: Contact) -> None:
    if contact.archived_at is not None:
        raise Conflict("This contact is archived. Restore it first.")
