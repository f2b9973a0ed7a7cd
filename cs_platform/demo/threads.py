"""What demo tickets are about: per subject what is asked, found out and answered.

``{first}`` is the customer's first name, ``{account}`` their company. Pure words.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thread:
    """One kind of request. ``question`` and ``answer`` are what is asked back, and
    said then; ``cause`` is what the desk writes down afterwards."""

    subject: str
    opening: str
    question: str
    answer: str
    fix: str
    cause: str = ""
    tag: str = ""


#: Category, share, its threads.
THREADS: tuple[tuple[str, float, tuple[Thread, ...]], ...] = (
    (
        "technical",
        0.2,
        (
            Thread(
                "Export stops after 10,000 rows",
                "since yesterday our weekly export ends after exactly 10,000 rows, "
                "without any message. The list itself shows 14,300. We tried Chrome "
                "and Edge.",
                "is that the CSV or the Excel file, and do you start it from the list "
                "or from the report?",
                "It is the CSV, from the list. The Excel file is complete, I just "
                "checked.",
                "the limit for CSV came from an old setting on your workspace. I have "
                "removed it, and the export of this morning has all 14,300 rows.",
                "Row limit of the old plan was kept after the upgrade.",
                "export",
            ),
            Thread(
                "Dashboard shows yesterday's figures",
                "our dashboard has shown the figures of yesterday all morning. The "
                "board meets at three and looks at this page.",
                "which time zone is set for the dashboard, and does the table below "
                "the chart show the same day?",
                "It says UTC. The table is right, only the tiles at the top are old.",
                "the tiles were cached for longer than they should be. I have emptied "
                "the cache and they follow within five minutes again.",
                "Tile cache was not cleared by the nightly import.",
                "dashboards",
            ),
            Thread(
                "Webhook arrives twice",
                "our order system receives each webhook twice since Monday, a few "
                "seconds apart. We had to switch the import off.",
                "can you send me two of the ids, and tell me how long your side takes "
                "to answer?",
                "The ids are evt_7731 and evt_7734. Our log says we answer after about "
                "12 seconds.",
                "we wait ten seconds for an answer and send again after that. I have "
                "raised the limit for you to 30 seconds; both calls carry the same id, "
                "so you can also drop the second one.",
                "Receiver answers slower than our timeout.",
                "webhooks",
            ),
            Thread(
                "Calendar sync misses recurring events",
                "recurring meetings are missing in the calendar view for four people. "
                "Single ones appear.",
                "did these people connect their calendar again after the password "
                "change last week?",
                "Two of them did, the others not. None of the four sees the series.",
                "series that began before the connection were left out. I have "
                "started a full sync for the four, and they are there now.",
                "First sync skips series older than the connection.",
                "calendar",
            ),
        ),
    ),
    (
        "bug",
        0.06,
        (
            Thread(
                "Saving a board loses the last column",
                "whenever somebody adds a column to a board and saves at once, the "
                "column is gone after reloading.",
                "does it also happen when you wait a moment before saving?",
                "If we wait until the grey dot disappears, it stays. Otherwise it is "
                "lost every time.",
                "you found a real bug, thank you. The fix went out this morning, and "
                "saving waits for the column now.",
                "Race between autosave and save, fixed in the release of the week.",
                "known issue",
            ),
            Thread(
                "Filter by date ignores the last day of the month",
                "a filter from the 1st to the 31st leaves out everything of the 31st. "
                "We noticed it in the month-end report.",
                "is this in the report only, or in the list too?",
                "Both. With the next day as the end it is complete.",
                "the end of a range was read as its first minute. It is corrected, "
                "and your report has the missing day.",
                "Range end was exclusive after the time zone change.",
                "known issue",
            ),
        ),
    ),
    (
        "question",
        0.2,
        (
            Thread(
                "How do we set up approvals for two teams?",
                "our purchasing and our legal team both have to approve requests over "
                "5,000. How do we build that?",
                "should they approve one after the other, or may both do it at the "
                "same time?",
                "One after the other, purchasing first.",
                "open Settings, Workflows, and add two steps: purchasing, then legal, "
                "each with the condition “amount over 5,000”. The article with "
                "pictures is linked below.",
                tag="workflows",
            ),
            Thread(
                "Can a report be sent on Mondays only?",
                "our management reads one report a week. Can it be sent on Mondays "
                "only?",
                "at which hour should it arrive, and in which time zone are the "
                "readers?",
                "At seven, they are all in Berlin.",
                "yes: in the report choose Send, then Weekly, Monday, 07:00. I have "
                "prepared it for you; switch it on once you have looked at it.",
                tag="reports",
            ),
            Thread(
                "Which permissions does a guest need?",
                "an auditor shall read two boards and nothing else. Which permissions "
                "does a guest need for that?",
                "shall they be able to download files from these boards?",
                "No, reading is enough, and only until the end of the month.",
                "invite them as Guest, choose the two boards, and set the end date. "
                "Downloads stay off unless you allow them.",
                tag="permissions",
            ),
        ),
    ),
    (
        "access",
        0.12,
        (
            Thread(
                "New colleague cannot sign in",
                "our new colleague does not receive the invitation. Training starts "
                "tomorrow at nine.",
                "which address did you invite, and do you use a mail filter?",
                "The address is right, I compared it letter by letter. We do have a "
                "filter.",
                "the invitation was held back by your mail filter. I have sent it "
                "again from another address and it arrived at 11:05.",
                "Invitation held back by the customer's mail filter.",
                "sign-in",
            ),
            Thread(
                "Please move the administrator role",
                "our administrator leaves on Friday. Please move the role to me.",
                "can the present administrator confirm this from their own address?",
                "She has just done so, you should have her message.",
                "thank you both. The role is yours now; please sign out and in once.",
                tag="roles",
            ),
            Thread(
                "Sign-in link expires too early",
                "the sign-in link is no longer valid when our people open it after a "
                "few minutes. That did not happen before.",
                "do you use a program that opens links in mails to check them?",
                "Yes, IT introduced one two weeks ago.",
                "that program used up the link. Links now need a click on the page "
                "they open, so a check no longer uses them up.",
                "Link scanner of the customer consumes one-time links.",
                "sign-in",
            ),
        ),
    ),
    (
        "account",
        0.05,
        (
            Thread(
                "Change of our company name",
                "we are called differently since the merger. Please change the name "
                "of our workspace; the address on the web should stay.",
                "from which day on shall invoices carry the new name?",
                "From the first of next month.",
                "the workspace has its new name. Invoices follow on the first.",
            ),
            Thread(
                "Second workspace for our subsidiary",
                "our subsidiary shall get a workspace of its own with the same "
                "templates. How do we go about it?",
                "shall people of both be able to see each other's boards?",
                "No, only the templates are shared.",
                "the second workspace is ready, with your 14 templates copied. The "
                "invitation for its administrator is on its way.",
            ),
        ),
    ),
    (
        "billing",
        0.1,
        (
            Thread(
                "Invoice shows the wrong seat count",
                "the invoice of this month says 12 seats more than we have. Our "
                "finance department will not pay it like that.",
                "were these people removed before or after the 15th?",
                "All of them on the 9th, by myself.",
                "you are right, and I am sorry. The removal was booked a month late. "
                "A corrected invoice is on its way, and the old one is void.",
                "Seat removals before the 15th were booked with the next period.",
                "invoice",
            ),
            Thread(
                "Please change our billing address",
                "we have moved. Please put the new address on all invoices; it is in "
                "our signature below.",
                "shall the last invoice be written again with the new address?",
                "No, from the next one on is fine.",
                "the address is changed and stands on all invoices from now on.",
                tag="invoice",
            ),
            Thread(
                "Question about the renewal quote",
                "the renewal quote contains a line “premium support” that we did not "
                "have before. Is that a mistake?",
                "did your manager here mention the new support hours to you?",
                "No, this is the first we hear of it.",
                "the line was added by mistake. Your manager has sent a new quote "
                "without it, with the same price as last year.",
                tag="renewal",
            ),
        ),
    ),
    (
        "performance",
        0.09,
        (
            Thread(
                "Reports take over a minute on Monday mornings",
                "every Monday between eight and nine our reports take more than a "
                "minute. During the rest of the week they are quick.",
                "which report is the slowest, and how many people open it then?",
                "“Pipeline by region”. About forty people, all at the same time.",
                "the report was calculated once for each of them. It is calculated "
                "once for all now, and took two seconds this Monday.",
                "No shared cache for reports with a personal filter.",
                "slow",
            ),
            Thread(
                "Board loads slowly for the Madrid team",
                "our colleagues in Madrid wait up to 20 seconds for their board. "
                "Everybody else is fine.",
                "how many cards does this board have, and is “show archived” on?",
                "Around 2,400, and yes, it is on.",
                "the archived cards made it slow. They are loaded when somebody "
                "scrolls to them now; the board opens in under two seconds.",
                "All archived cards were loaded at once.",
                "slow",
            ),
        ),
    ),
    (
        "integration",
        0.09,
        (
            Thread(
                "CRM field mapping lost after update",
                "after last night's update the mapping of our CRM fields is empty, and "
                "nothing has been synchronised since.",
                "did somebody reconnect the CRM, or change the user behind it?",
                "Our admin renewed the connection yesterday evening.",
                "a renewed connection starts with an empty mapping, which it should "
                "not. I have restored yours from the copy of last night and checked "
                "ten records.",
                "Reconnecting overwrites the mapping.",
                "crm",
            ),
            Thread(
                "Single sign-on fails for one domain",
                "people with our second domain get “not allowed” when they sign in. "
                "With the first domain it works.",
                "since when, and is the second domain verified in your settings?",
                "Since this morning. It says “verified”, with yesterday's date.",
                "the certificate for this domain had expired at midnight. With the new "
                "one, signing in works again.",
                "Certificate of the second domain expired.",
                "sso",
            ),
        ),
    ),
    (
        "feature_request",
        0.07,
        (
            Thread(
                "We need approval by amount",
                "approvals should depend on the amount: below 500 nobody, above 5,000 "
                "two people. How do others do that?",
                "would two separate workflows help you until then?",
                "That might do, if requests find the right one by themselves.",
                "I have noted your wish with those of nine others. Until then two "
                "workflows with a condition do the same; I have sent you an example.",
                tag="idea",
            ),
            Thread(
                "Bulk edit for templates",
                "we have 60 templates and change the footer in each by hand. A way to "
                "change all of them at once would save us a day each quarter.",
                "is it always the same text that changes?",
                "Yes, only the footer.",
                "thank you for describing it so well. It is planned for the spring, "
                "and you will hear about it first.",
                tag="idea",
            ),
        ),
    ),
    (
        "security",
        0.02,
        (
            Thread(
                "Somebody signed in from a place we do not know",
                "the sign-in list of a colleague shows a city nobody of us has ever "
                "been to, last night at two. Please look at it right away.",
                "is your colleague travelling, or does your company use a VPN?",
                "No travel. IT says the VPN has had a new exit since yesterday.",
                "the address belongs to the new exit of your VPN, and nothing was "
                "opened that night. All sessions are ended to be on the safe side.",
                "New VPN exit of the customer; no unknown access.",
                "security",
            ),
        ),
    ),
)
BY_SUBJECT = {
    thread.subject: (category, thread)
    for category, _share, threads in THREADS
    for thread in threads
}
