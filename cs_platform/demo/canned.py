"""Canned replies of the demo desk, shared by everybody."""

from __future__ import annotations

from tickets.models import CannedReply

REPLIES = (
    (
        "First answer",
        (
            "Hello {{contact.first_name|there}},\n\nthank you for writing. I look into "
            "{{ticket.number}} now and come back to you today.\n\n{{agent.first_name}}"
        ),
    ),
    (
        "Ask for a screenshot",
        (
            "Hello {{contact.first_name|there}},\n\ncould you send me a screenshot of "
            "the whole window, with the address bar? Then I see at once where it "
            "happens.\n\n{{agent.first_name}}"
        ),
    ),
    (
        "Ask for the exact time",
        (
            "Hello {{contact.first_name|there}},\n\nat what time did it happen last, "
            "and to whom? With that I find it in our log.\n\n{{agent.first_name}}"
        ),
    ),
    (
        "Handed to engineering",
        (
            "Hello {{contact.first_name|there}},\n\nI have handed {{ticket.number}} to "
            "our engineers and stay your contact. You hear from me by tomorrow at "
            "noon, whatever they have found.\n\n{{agent.first_name}}"
        ),
    ),
    (
        "Waiting for a vendor",
        (
            "Hello {{contact.first_name|there}},\n\nthe cause lies with a vendor of "
            "ours. They promise an answer within two days; I ask again tomorrow."
            "\n\n{{agent.first_name}}"
        ),
    ),
    (
        "Fix is out",
        (
            "Hello {{contact.first_name|there}},\n\nthe fix is out, and I have tried "
            "it on the workspace of {{account.name|your company}}. Please tell us if "
            "you still see it.\n\n{{agent.name}}"
        ),
    ),
    (
        "Still there?",
        (
            "Hello {{contact.first_name|there}},\n\na short question about "
            "“{{ticket.subject}}”: do you still need our help? Otherwise I close it on "
            "Friday. You can look at it here: {{ticket.link}}\n\n{{agent.first_name}}"
        ),
    ),
    (
        "Invoice corrected",
        (
            "Dear {{contact.name|customer}},\n\nyou are right, and we are sorry. A "
            "corrected invoice is on its way to {{contact.email}}.\n\n{{agent.name}}\n"
            "{{organisation.name}}"
        ),
    ),
    (
        "Wish noted",
        (
            "Hello {{contact.first_name|there}},\n\nthank you for the idea. I have "
            "noted it for {{account.name|you}}, and you hear about it first."
            "\n\n{{agent.first_name}}"
        ),
    ),
    (
        "Security: we look at it now",
        (
            "Hello {{contact.first_name|there}},\n\nwe look at this right away. Until "
            "you hear from us, please do not delete anything. Your case is "
            "{{ticket.number}}, priority {{ticket.priority}}.\n\n{{agent.name}}"
        ),
    ),
)


def write_replies() -> None:
    """Those that are not there yet."""
    known = {
        name.lower()
        for name in CannedReply.objects.filter(owner=None).values_list(
            "name", flat=True
        )
    }
    CannedReply.objects.bulk_create(
        CannedReply(name=name, body=body)
        for name, body in REPLIES
        if name.lower() not in known
    )


def remove_replies() -> None:
    """Those nobody has changed."""
    for name, body in REPLIES:
        CannedReply.objects.filter(owner=None, name=name, body=body).delete()
