"""Fields and parents that several kinds have in common."""

from django.utils.translation import gettext_lazy as _

from integrations.fields import Field, Parent

ACCOUNT_ID = Field(
    "account_external_id",
    "id",
    _("Account id"),
    aliases=("account_id", "account", "customer_id", "customer", "company_id"),
)
ACCOUNT_NAME = Field("account_name", "text", _("Account name"), aliases=("company",))
SUBSCRIPTION_ID = Field(
    "subscription_external_id", "id", _("Subscription id"), aliases=("subscription_id",)
)
CONTACT_ID = Field(
    "contact_external_id", "id", _("Contact id"), aliases=("contact_id", "contact")
)
CONTACT_NAME = Field("contact_name", "text", _("Contact name"))

ACCOUNT = Parent(
    "account",
    "account_external_id",
    "account_id",
    name="account_name",
    is_required=True,
)
OPTIONAL_ACCOUNT = Parent(
    "account", "account_external_id", "account_id", name="account_name"
)
SUBSCRIPTION = Parent("subscription", "subscription_external_id", "subscription_id")
CONTACT = Parent("contact", "contact_external_id", "contact_id", name="contact_name")

ACCOUNT_OR_SUBSCRIPTION = ("account_external_id", "subscription_external_id")
ACCOUNT_OR_CONTACT = ("account_external_id", "contact_external_id")

SMALL = 32_767


def external_id(*aliases: str) -> Field:
    """The id of a row at its source; ``aliases`` are what such files call it."""
    return Field("external_id", "id", _("Id"), aliases=("id", *aliases))
