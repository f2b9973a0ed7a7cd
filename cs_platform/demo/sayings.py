"""What people write on demo tickets: openings, answers and notes, by category.

``{subject}`` is the ticket's subject in lower case, ``{first}`` the other person's
first name.
"""

from __future__ import annotations

OPENINGS = {
    "technical": (
        (
            "Hello,\n\nsince yesterday we see this: {subject}. It happens to "
            "everybody in the team, in Chrome and in Edge alike.\n\nCan you have a "
            "look?"
        ),
        (
            "Good morning,\n\n{subject}. We tried it again after signing out, "
            "without luck. I can share my screen if that helps."
        ),
    ),
    "question": (
        "Hi,\n\n{subject} We looked through the settings and did not find it.",
        (
            "Hello support,\n\na colleague asked me today and I could not answer: "
            "{subject}"
        ),
    ),
    "access": (
        "Hello,\n\n{subject}. It is somewhat urgent, as training starts tomorrow.",
        (
            "Hi,\n\n{subject}. The message on the screen says only that something "
            "went wrong."
        ),
    ),
    "billing": (
        (
            "Dear team,\n\n{subject}. Our finance department needs this settled "
            "before the end of the month."
        ),
        "Hello,\n\nI look at the last invoice and have to ask: {subject}.",
    ),
    "performance": (
        (
            "Hi,\n\n{subject}. During the rest of the week it is quick. We are "
            "about 40 people in the same office."
        ),
        (
            "Hello,\n\n{subject}. Yesterday a meeting had to wait for it, which "
            "did not go down well here."
        ),
    ),
    "integration": (
        "Hello,\n\n{subject}. Nothing changed on our side as far as I know.",
        "Hi,\n\n{subject}. I attach nothing yet, tell me which log you need.",
    ),
    "feature_request": (
        "Hello,\n\n{subject}. Other teams here asked for the same thing.",
        "Hi,\n\nan idea from our last meeting: {subject}. How do others do it?",
    ),
}
QUESTIONS = (
    (
        "Thanks for writing, {first}. So that we look in the right place: since "
        "when does it happen, and does it also happen to a colleague?"
    ),
    (
        "Hello {first}, I can see part of it. Could you send me the exact time of "
        "one case and the name of the person?"
    ),
    (
        "Hi {first}, thank you for the details. Does it still happen when you use "
        "a private window?"
    ),
)
ANSWERS_TO_QUESTIONS = (
    "It happened again at 10:42 today, to me and to a colleague in the next room.",
    "Yes, also in a private window. It began on Monday, I think.",
    "I asked around: three people see it, all of them in the same team.",
)
FIRST_ANSWERS = (
    "Thanks for telling us, {first}. I can reproduce it and look into it now.",
    "Hello {first}, I have found where this comes from and am on it.",
    "Hi {first}, we know this one. I check your account and come back to you today.",
)
NOTES = (
    "Same cause as last week's case. Watch whether others report it.",
    "Their administrator changed the role on Friday, see the audit log.",
    "Talked to engineering: a fix is in the next release.",
    "The account is up for renewal. Please answer quickly.",
)
RESOLUTIONS = {
    "technical": (
        (
            "{first}, a fix is out since this morning and I see no further cases "
            "on your account. Please tell us if it comes back."
        ),
        "We have corrected the setting that caused this. It works on our side now.",
    ),
    "question": (
        (
            "Yes, that works: open Settings, then Workflows, and choose the second "
            "option. I have also sent you the article."
        ),
        (
            "There is no switch for that yet. The way others do it is a saved view "
            "shared with the team; I describe the steps below.\n\n1. Filter the "
            "list\n2. Save it as a view\n3. Share the view"
        ),
    ),
    "access": (
        (
            "The invitation was blocked by your mail filter. I have sent it again "
            "and it arrived at 11:05."
        ),
        "The role is with your colleague now. They may have to sign in again.",
    ),
    "billing": (
        "You are right, and I am sorry. A corrected invoice is on its way to you.",
        "The address is changed and stands on all invoices from now on.",
    ),
    "performance": (
        (
            "We have added an index for this report. It takes two seconds now "
            "instead of seventy."
        ),
        (
            "The slow part was a widget with five years of data. We have limited "
            "it to one year; you can change this under Display."
        ),
    ),
    "integration": (
        "The certificate had expired. With the new one, signing in works again.",
        "The mapping is restored from last night's copy. I have checked ten records.",
    ),
    "feature_request": (
        (
            "Thank you for the idea, {first}. It is on the list with the votes of "
            "four other customers, and I have added yours."
        ),
        (
            "This is planned for the spring. I have noted your account, so that "
            "you hear about it first."
        ),
    ),
}
REOPENINGS = (
    "Unfortunately it is back since this morning.",
    "It works for me, but not yet for two colleagues.",
)
FINAL_RESOLUTIONS = (
    (
        "Thank you for your patience. The second cause is fixed as well, and we "
        "have watched it for a day."
    ),
    (
        "I have corrected it for the remaining people too. Sorry that it took two "
        "attempts."
    ),
)
