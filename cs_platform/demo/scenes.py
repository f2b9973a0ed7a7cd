"""What lies on the demo desk right now: tickets of the last days, step by step. Words.

A step is (hours ago, what happens, who, words); what happens is a method of
``open_desk.Shift``. A scene without words of its own takes those of its thread.
"""

from __future__ import annotations

from dataclasses import dataclass

Step = tuple[float, str, str, str]
_SMALL, _MIDDLE, _LARGE = 0, 1, 2
SAMI, LENA, RUI = "Sami Haddad", "Lena Fischer", "Rui Costa"
GRACE, DEVON, MEI, ARJUN = "Grace Miller", "Devon Clarke", "Mei Tan", "Arjun Rao"


@dataclass(frozen=True)
class Scene:
    """One ticket: its subject, how many hours ago it came, from which size of plan
    (0 to 2; none: from a stranger), how urgent it is, and what happened since."""

    subject: str
    ago: float
    plan: int | None
    priority: str
    steps: tuple[Step, ...] = ()
    key: str = ""
    opening: str = ""
    category: str = ""
    stranger: tuple[str, str] = ("", "")
    channel: str = "email"


_FRESH = (
    Scene("Webhook arrives twice", 0.3, _LARGE, "high"),
    Scene("Saving a board loses the last column", 0.2, _MIDDLE, "critical"),
    Scene("Can a report be sent on Mondays only?", 0.6, _SMALL, "low"),
    Scene("New colleague cannot sign in", 1.2, _LARGE, "high", channel="phone"),
    Scene("Question about the renewal quote", 2.6, _LARGE, "medium"),
    Scene("We need approval by amount", 3.4, _MIDDLE, "low", channel="portal"),
    Scene("Invoice shows the wrong seat count", 5.2, _MIDDLE, "medium"),
    Scene(
        "Single sign-on fails for one domain",
        2.1,
        _MIDDLE,
        "high",
        ((1.8, "triage", SAMI, ""), (1.8, "tag", SAMI, "sso")),
    ),
    Scene(
        "Board loads slowly for the Madrid team",
        3.1,
        _LARGE,
        "low",
        ((2.7, "triage", SAMI, ""), (2.7, "note", SAMI, ("@Lena Fischer looks like the "
         "archived cards again. Could you take it?"))),
    ),
    Scene("Which permissions does a guest need?", 3.8, _LARGE, "high"),
)  # fmt: skip
_STRANGERS = (
    Scene(
        "Do you offer a discount for schools?",
        0.9,
        None,
        "low",
        opening="Hello,\n\nwe are a school with 30 teachers and would like to try your "
        "product. Is there a discount?\n\nHelene Voss",
        category="billing",
        stranger=("Helene Voss", "h.voss@lindenschule.example"),
        channel="web_form",
    ),
    Scene(
        "I cannot unsubscribe from your newsletter",
        7.5,
        None,
        "medium",
        opening="The link at the bottom leads to an empty page. Please take me off the "
        "list.\n\nTomas Reyes",
        category="other",
        stranger=("Tomas Reyes", "tomas.reyes@mailbox.example"),
        channel="web_form",
    ),
    Scene(
        "Job application",
        26,
        None,
        "low",
        ((24, "take", GRACE, ""),
         (24, "say", GRACE, ("Hello Ida,\n\nthank you for your interest. I have passed "
          "your letter on to our people team.\n\nGrace")), (23.9, "close", GRACE, "")),
        opening="Hello,\n\nI would love to work in your support team. My letter is "
        "below.\n\nIda Sommer",
        category="other",
        stranger=("Ida Sommer", "ida.sommer@post.example"),
        channel="web_form",
    ),
)  # fmt: skip
_IN_WORK = (
    Scene("Dashboard shows yesterday's figures", 4.4, _LARGE, "high", (
        (4.1, "take", SAMI, ""), (3.9, "first", SAMI, ""), (3.2, "write", "", ("Is "
         "there any news? The board meets this afternoon.")))),
    Scene("Filter by date ignores the last day of the month", 11.2, _LARGE, "high", (
        (10.9, "take", SAMI, ""), (10.6, "ask", SAMI, ""), (9.8, "answer", "", ""),
        (9.5, "say", SAMI, ("Thank you, now I can see it too. I have asked our "
         "engineers for a date.")),
        (8.9, "note", SAMI, "@Arjun Rao can you tell me when the range fix goes out?"),
        (8.1, "note", ARJUN, "It is in tonight's release."))),
    Scene("Please move the administrator role", 6.5, _MIDDLE, "medium", (
        (6.1, "take", SAMI, ""), (5.8, "ask", SAMI, ""))),
    Scene("Change of our company name", 29, _MIDDLE, "low", (
        (27, "take", SAMI, ""), (26, "ask", SAMI, ""), (22, "answer", "", ""),
        (3.1, "draft", SAMI, "Hello,\n\nthe workspace has its new name. Invoices"))),
    Scene("How do we set up approvals for two teams?", 8.3, _LARGE, "medium", (
        (7.9, "take", SAMI, ""), (7.4, "first", SAMI, ""),
        (7.2, "send", "approval-matrix.csv", ("This is how we approve today, as a "
         "list.")))),
    Scene("Calendar sync misses recurring events", 13, _MIDDLE, "high", (
        (12.6, "take", LENA, ""), (12.2, "ask", LENA, ""),
        (10.5, "send", "calendar-week.png", ("Two of them did, the others not. "
         "The picture shows the week of one of them.")),
        (10.1, "say", LENA, ("Thank you, the picture helps a lot. I compare it with "
         "our log.")))),
    Scene("CRM field mapping lost after update", 30, _MIDDLE, "high", (
        (29.6, "take", LENA, ""), (29.2, "first", LENA, ""),
        (27, "hold", LENA, ("On hold: waits for a third party. The CRM vendor has to "
         "renew the key, case 4471.")), (26.9, "tag", LENA, "crm")), key="mapping"),
    Scene("Reports take over a minute on Monday mornings", 52, _MIDDLE, "medium", (
        (50, "take", LENA, ""), (48, "ask", LENA, ""), (44, "answer", "", ""),
        (43.4, "say", LENA, ("Thank you. Our engineers make this report faster for "
         "everybody; I write again as soon as I have a date.")),
        (43, "hold", LENA, ("On hold: waits for engineering. The shared cache is in "
         "the next release.")), (42.8, "link", "mapping", "caused_by"))),
    Scene("Sign-in link expires too early", 20, _MIDDLE, "medium", (
        (19, "take", GRACE, ""), (18.5, "ask", GRACE, ""))),
    Scene("Export stops after 10,000 rows", 17, _MIDDLE, "medium", (
        (16.6, "take", GRACE, ""), (16.1, "first", GRACE, ""),
        (15.5, "send", "export-error.txt", "Here is what the log says."),
        (15, "say", GRACE, ("Thank you. The export stops exactly at the limit of the "
         "old plan; I have it checked.")),
        (14.8, "tag", GRACE, "export")), key="export"),
    Scene("Second workspace for our subsidiary", 70, _LARGE, "low", (
        (68, "take", DEVON, ""), (66.5, "ask", DEVON, ""))),
    Scene("Please change our billing address", 44, _SMALL, "low", (
        (40, "take", GRACE, ""), (39, "first", GRACE, ""),
        (38.5, "snooze", GRACE, "44"),
        (38.4, "note", GRACE, "The move is on Tuesday, nothing to do before."))),
    Scene("Bulk edit for templates", 75, _MIDDLE, "low", (
        (70, "take", DEVON, ""), (69, "first", DEVON, ""),
        (68, "snooze", DEVON, "96"))),
    Scene("Question about the renewal quote", 50, _MIDDLE, "medium", (
        (49, "take", SAMI, ""), (48.4, "first", SAMI, ""), (24, "snooze", SAMI, "22"),
        (23.9, "note", SAMI, ("@Mara Okafor you wanted to call them before we answer. "
         "It comes back tomorrow.")))),
)  # fmt: skip
_HOT = (
    Scene("Single sign-on fails for one domain", 3.2, _LARGE, "critical", (
        (3.1, "take", MEI, ""), (3.0, "first", MEI, ""),
        (2.2, "escalate", MEI, ("300 people are locked out, and the certificate store "
         "is engineering's.")), (2.0, "take", ARJUN, ""),
        (1.8, "say", ARJUN, ("I have found it: the certificate of the second domain. A "
         "new one is on its way, you can expect it within the hour.")),
        (1.7, "watch", RUI, ""), (1.6, "watch", "owner", ""))),
    Scene("Somebody signed in from a place we do not know", 6.4, _LARGE, "high", (
        (6.2, "take", ARJUN, ""), (6.1, "ask", ARJUN, ""), (5.4, "answer", "", ""),
        (5.2, "say", ARJUN, ("Thank you. I compare the address with the exits of your "
         "VPN and end all sessions to be on the safe side.")),
        (5.1, "tag", ARJUN, "security"))),
    Scene("Webhook arrives twice", 14.5, _LARGE, "high", (
        (14.2, "take", LENA, ""), (13.9, "ask", LENA, ""), (13.1, "answer", "", ""),
        (12.8, "say", LENA, "Thank you, with the ids I have found both calls."),
        (9, "escalate", LENA, "Needs somebody who may change the timeout."),
        (8.5, "take", RUI, ""),
        (7, "note", RUI, ("Timeout can be raised per workspace, waiting for the "
         "go-ahead of operations.")))),
    Scene("Dashboard shows yesterday's figures", 28, _LARGE, "medium", (
        (22.5, "take", MEI, ""), (22, "ask", MEI, ""), (18, "answer", "", ""),
        (17.5, "say", MEI, ("Thank you. I empty the cache during the night, so that "
         "nobody is disturbed.")))),
    Scene("Reports take over a minute on Monday mornings", 60, _LARGE, "high", (
        (59, "take", RUI, ""), (58.6, "ask", RUI, ""), (55, "answer", "", ""),
        (54, "fix", RUI, ""), (30, "write", "", ("Unfortunately it is back: 70 seconds "
         "this morning, for everybody in Lisbon.")),
        (29.5, "say", RUI, "I am sorry to hear that. I look at it again right now."),
        (29.4, "note", RUI, ("The cache is off for workspaces with more than 500 "
         "people. @Arjun Rao is that on purpose?")))),
)  # fmt: skip
_DONE = (
    Scene("New colleague cannot sign in", 9, _MIDDLE, "high", (
        (8.8, "take", SAMI, ""), (8.6, "ask", SAMI, ""), (8.1, "answer", "", ""),
        (7.7, "fix", SAMI, ""), (5, "rate", "5", "Quick and friendly, as always."))),
    Scene("Which permissions does a guest need?", 21, _SMALL, "medium", (
        (19.5, "take", GRACE, ""), (19, "fix", GRACE, ""),
        (12, "rate", "4", "Exactly the answer I needed."))),
    Scene("Invoice shows the wrong seat count", 27, _LARGE, "medium", (
        (26.5, "take", SAMI, ""), (26, "ask", SAMI, ""), (24.5, "answer", "", ""),
        (23.8, "fix", SAMI, ""), (20, "rate", "3", ("Solved, but I had to explain it "
         "twice.")))),
    Scene("Sign-in link expires too early", 33, _LARGE, "high", (
        (32.8, "take", MEI, ""), (32.5, "fix", MEI, ""))),
)  # fmt: skip
_AROUND = (
    Scene("Export stops after 10,000 rows", 15.8, _MIDDLE, "medium", (
        (15.2, "take", GRACE, ""), (14.9, "first", GRACE, ""),
        (14.7, "link", "export", "duplicate")), channel="chat"),
    Scene("The export is still cut off", 16.2, None, "medium", (
        (14.6, "merge", "export", GRACE),), opening="Hello,\n\nme again, from my other "
        "address: the export is still cut off after 10,000 rows.",
        category="technical", stranger=("same", "")),
    Scene("Which permissions does a guest need?", 12, _MIDDLE, "medium", (
        (11.6, "take", SAMI, ""),
        (11.2, "write", "", ("Another thing: the invoice of this month says 12 seats "
         "more than we have.")),
        (10.9, "split", SAMI, "Invoice says 12 seats too many"),
        (10.7, "first", SAMI, ""))),
)  # fmt: skip
_SPAM = tuple(
    Scene(
        subject, ago, None, "medium", ((ago - 0.3, "spam", SAMI, ""),),
        opening=opening, category="other", stranger=(name, email), channel="web_form",
    )
    for ago, subject, opening, name, email in (
        (6, "Rank first on every search engine", ("Dear owner, our 400 partner sites "
         "bring you to the top within a week."), "SEO Team", "win@rank-first.example"),
        (31, "Your parcel is waiting", "Pay the open fee of 1.99 to receive it.",
         "Parcel Service", "fee@parcel-now.example"),
        (55, "Business proposal", ("I represent an investor who would like to remain "
         "unnamed."), "M. Grant", "grant@proposal.example"),
    )
)  # fmt: skip
#: Those that others name come first.
SCENES = (*_IN_WORK, *_HOT, *_AROUND, *_DONE, *_STRANGERS, *_SPAM, *_FRESH)
