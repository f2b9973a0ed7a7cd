"""What once happened on the demo desk beside talking: merges, splits, links, files.

Each scene ended some time ago: where in the whole window of the demo is said by a share
of it. Its hours count back from that end.
"""

from __future__ import annotations

from cs_platform.demo.scenes import GRACE, LENA, MEI, RUI, SAMI, Scene

_SMALL, _MIDDLE, _LARGE = 0, 1, 2

OLD_SCENES: tuple[tuple[float, Scene], ...] = (
    (0.42, Scene("Webhook arrives twice", 31, _LARGE, "high", (
        (30.5, "take", LENA, ""), (30, "ask", LENA, ""),
        (29, "again", LENA, ("Orders come in double since this morning\n\nHello,\n\n"
         "the warehouse tells me that each order is there twice since eight. Is that "
         "what I wrote you about, or something else?")),
        (27, "send", "webhook-ids.csv", ("Here are the ids of this morning, with the "
         "time of both calls.")),
        (26.4, "say", LENA, ("Hello {first},\n\nthank you, with the ids I have found "
         "both calls.")),
        (26, "watch", "owner", ""), (24, "fix", LENA, ""), (2, "close", LENA, "")),
        key="double")),
    (0.5, Scene("Export stops after 10,000 rows", 26, _MIDDLE, "medium", (
        (25, "take", GRACE, ""), (24, "ask", GRACE, ""),
        (22, "send", "export-error.txt", ("It is the CSV from the list. This is what "
         "the log says.")),
        (6, "fix", GRACE, ""), (4, "rate", "5", "Solved on the same day, thank you."),
        (1, "close", GRACE, "")), key="rows")),
    (0.58, Scene("Which permissions does a guest need?", 20, _MIDDLE, "medium", (
        (19, "take", SAMI, ""), (18, "first", SAMI, ""),
        (16, "write", "", ("Another thing, while I have you: on the invoice of this "
         "month stands our old address.")),
        (15, "split", SAMI, "Old address on the invoice"),
        (14, "settle", SAMI, ("Hello {first},\n\nI have changed the address and sent "
         "you the invoice once more. The next ones are right by themselves.")),
        (12, "fix", SAMI, ""), (2, "close", SAMI, "")))),
    (0.64, Scene("Export stops after 10,000 rows", 14, _SMALL, "low", (
        (13, "take", GRACE, ""), (12.5, "link", "rows", "related"),
        (12, "fix", GRACE, ""), (2, "close", GRACE, "")))),
    (0.7, Scene("Single sign-on fails for one domain", 9, _LARGE, "high", (
        (8.6, "take", MEI, ""), (8.5, "first", MEI, ""), (8.4, "watch", RUI, ""),
        (8.2, "note", MEI, ("The certificate of their second domain has run out. "
         "Operations renews it now.")),
        (8, "watch", "owner", ""), (6, "fix", MEI, ""), (2, "close", MEI, "")),
        key="sso")),
    (0.705, Scene("New colleague cannot sign in", 8, _LARGE, "medium", (
        (7.6, "take", MEI, ""), (7.4, "link", "sso", "related"),
        (5.5, "fix", MEI, ""), (2, "close", MEI, "")))),
    (0.76, Scene("Invoice shows the wrong seat count", 25, _MIDDLE, "medium", (
        (24, "take", SAMI, ""),
        (22, "send", "seats.csv", ("This is the list of our people. There are 41, and "
         "not 53.")),
        (21, "say", SAMI, ("Hello {first},\n\nthank you for the list. I compare it "
         "with what we have.")),
        (20, "watch", "owner", ""),
        (19, "write", "", ("And could the invoices go to purchasing@ as well? That "
         "is not urgent.")),
        (18, "split", SAMI, "Invoices to purchasing as well"),
        (17, "settle", SAMI, ("Hello {first},\n\nfrom the next month on purchasing "
         "gets a copy of each invoice.")),
        (9, "fix", SAMI, ""), (3, "close", SAMI, "")))),
    (0.8, Scene("Sign-in link expires too early", 12, _MIDDLE, "medium", (
        (11, "take", GRACE, ""), (10.8, "link", "sso", "related"),
        (10, "again", GRACE, ("Still no working link\n\nThe second link was too old "
         "as well when it came. I am on the train and cannot call.")),
        (8, "fix", GRACE, ""), (2, "close", GRACE, "")))),
    (0.82, Scene("Calendar sync misses recurring events", 24, _SMALL, "medium", (
        (22, "take", LENA, ""), (21, "ask", LENA, ""),
        (19, "send", "calendar-week.png", ("Yes, two of them. The picture shows the "
         "week of one.")),
        (9, "fix", LENA, ""), (5, "rate", "4", "It took a day, but now all is there."),
        (2, "close", LENA, "")))),
    (0.85, Scene("Question about the renewal quote", 22, _LARGE, "medium", (
        (21, "take", SAMI, ""), (20, "watch", "owner", ""),
        (19, "again", SAMI, ("The renewal, once more\n\nI forgot to say: we need the "
         "quote before the end of the week.")),
        (12, "fix", SAMI, ""),
        (6, "send", "signed-order.pdf", "Thank you. Here is the signed order."),
        (5, "say", SAMI, ("Hello {first},\n\nit has arrived, thank you. The renewal "
         "is settled.")), (2, "close", SAMI, "")))),
)  # fmt: skip
