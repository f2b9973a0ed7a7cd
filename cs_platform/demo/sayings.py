"""What people write on every kind of demo ticket: greetings, notes, reasons, ratings.

``{first}`` is the other person's first name, ``{account}`` the customer's company.
"""

from __future__ import annotations

GREETINGS = ("Hello,", "Hi,", "Good morning,", "Dear team,", "Hello support,")
FIRST_ANSWERS = (
    "Hello {first},\n\nthank you for telling us. I can reproduce it and look into it.",
    "Hi {first},\n\nI have found where this comes from and am on it.",
    (
        "Hello {first},\n\nwe know this one. I check your workspace and come back to "
        "you today."
    ),
)
QUESTIONS = (
    (
        "Hello {first},\n\nthanks for writing. One question so that we look in the "
        "right place: {question}"
    ),
    "Hi {first},\n\nI can see part of it. May I ask: {question}",
)
AFTER_ANSWERS = (
    "Thank you {first}, that helps. I come back to you as soon as I know more.",
    "Thanks {first}, now I can see it too. I am working on it.",
)
RESOLUTIONS = (
    "Hello {first},\n\n{fix}\n\nPlease tell us if anything is left.",
    "Hi {first},\n\ngood news: {fix}",
)
THANKS = ("Perfect, thank you.", "That was quick. Thanks a lot.", "Works, thank you.")
NOTES = (
    "Same cause as last week's case. Watch whether others report it.",
    "{account} is up for renewal this quarter. Please answer quickly.",
    "Talked to {first} on the phone, they can live with the workaround until Friday.",
    "Their administrator changed a role on Friday, see the audit log.",
)
HOLDS = (
    (
        "On hold: waits for a third party. Microsoft has the case, they promise an "
        "answer within two days."
    ),
    "On hold: waits for engineering. The fix is in the next release.",
    "On hold: waits for engineering. They have the logs and look at them today.",
    "On hold: waits for a third party. The customer's CRM vendor has to renew a key.",
)
REASONS = (
    "Needs somebody who may look into the database.",
    "The customer is blocked and has asked twice.",
    "The same fault came back after our fix.",
    "Key account, the board looks at this page on Thursday.",
)
REOPENINGS = (
    "Unfortunately it is back since this morning.",
    "It works for me, but not yet for two colleagues.",
    "Sorry, I was too fast: the second report still shows it.",
)
AFTER_REOPENINGS = (
    "I am sorry to hear that, {first}. I look at it again right now.",
    "Thank you for telling us, {first}. I have reopened it and am on it.",
)
FINAL_RESOLUTIONS = (
    (
        "Thank you for your patience, {first}. The second cause is fixed as well, and "
        "we have watched it for a day."
    ),
    (
        "I have corrected it for the remaining people too. Sorry that it took two "
        "attempts."
    ),
)
RATED_WELL = (
    "Quick and friendly, as always.",
    "Solved within the hour. Thank you.",
    "Very clear explanation, even for somebody who is no technician.",
    "Great that somebody called back at once.",
    "Exactly the answer I needed.",
)
RATED_MIDDLING = (
    "Solved, but I had to explain it twice.",
    "Fine in the end. The first answer did not help.",
    "It took a little long for such a small thing.",
)
RATED_BADLY = (
    "Two days of waiting and then the wrong answer first.",
    "Nobody told us that it would take this long.",
    "The problem came back the next day.",
)
