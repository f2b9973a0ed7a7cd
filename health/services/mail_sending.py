"""Handing one mail to the mail server, and what a refusal of it means."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import timedelta

from django.core.mail import EmailMessage


@dataclass(frozen=True)
class Setback:
    """Why something was not sent, and whether trying again makes sense."""

    error: str
    is_final: bool = False
    #: It is not about this one: everything that goes the same way waits, too.
    is_everyones: bool = False
    retry_after: timedelta | None = None


def hand_over(message: EmailMessage) -> Setback | None:
    """Give a mail to the mail server; None when it was taken.

    5xx is a refusal for good of this mail alone. Refused logins and the like are about
    the settings of the server: they wait until somebody puts them right.
    """
    try:
        message.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refusal:
        answers = _answers(refusal)
        return Setback(
            error="; ".join(f"{code} {text}" for code, text in answers),
            is_final=all(code >= 500 for code, _ in answers),
        )
    except smtplib.SMTPResponseException as refusal:
        error = f"{refusal.smtp_code} {_plain(refusal.smtp_error)}"
        return Setback(error=error, is_everyones=True)
    except OSError:
        # SMTPException is one; its words may repeat the server's address.
        return Setback(error="The mail server could not be reached.", is_everyones=True)
    return None


def _answers(
    refusal: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError,
) -> list[tuple[int, str]]:
    if isinstance(refusal, smtplib.SMTPDataError):
        return [(refusal.smtp_code, _plain(refusal.smtp_error))]
    return [(code, _plain(text)) for code, text in refusal.recipients.values()]


def _plain(text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(words.replace("\0", "").split())[:200]
