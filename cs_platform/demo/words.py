"""The vocabulary of the demo organisation: names, subjects, comments."""

from __future__ import annotations

FIRST = (
    "Amara Bram Celia Dario Edda Farid Greta Hugo Ines Jonas Kaia Leon Mira Nils Odile "
    "Pavel Quinn Rosa Samir Tilda Uma Viktor Wanda Xenia Yusuf Zora Anneke Bastian "
    "Chiara Dmitri Elif Fiona Gaspard Hana Idris Joana Kamil Lucia Marek Nadia Oskar "
    "Priya Rafael Sanne Tomas Ulla Vera Wim Ylva Zain"
).split()
LAST = (
    "Abel Brandt Castell Dorn Engel Fabre Gruber Halden Ivarsen Jansen Keller Lindqvist "
    "Moreau Novak Okafor Petrov Quist Rossi Sato Tanaka Ueda Varga Weil Xu Yilmaz Zeman "
    "Adeyemi Bianchi Cohen Duarte Eriksen Ferrari Gupta Horvat Ito Jensen Kovacs Larsen "
    "Mendes Nair Olsen Pereira Ramos Schmidt Torres Urban Vidal Wagner Yamada Zapata"
).split()
TITLES = (
    "Head of Operations",
    "Operations Manager",
    "IT Director",
    "Product Owner",
    "Team Lead",
    "Chief Operating Officer",
    "Project Manager",
    "Business Analyst",
    "Finance Manager",
    "System Administrator",
)

PREFIXES = (
    "Alder Amber Aster Atlas Birch Bright Cedar Cobalt Copper Coral Crest Delta Dune "
    "Ember Fable Fern Flint Garnet Glade Harbor Haven Hazel Heron Indigo Iris Ivory "
    "Juniper Kestrel Lark Lumen Maple Marble Meridian Mesa Nimbus Noble North Oak Ochre "
    "Onyx Opal Orchard Osprey Pine Polar Quartz Quill Raven Ridge River Sable Sage "
    "Silver Slate Solstice Spruce Stone Summit Tern Tessera Thistle Tidal Umber Vale "
    "Vantage Verdant Willow Winter Zephyr"
).split()
#: (second word of the name, industry)
TRADES = (
    ("Foods", "Food"),
    ("Robotics", "Manufacturing"),
    ("Bank", "Financial services"),
    ("Health", "Healthcare"),
    ("Logistics", "Transport"),
    ("Legal", "Professional services"),
    ("Energy", "Energy"),
    ("Freight", "Transport"),
    ("Labs", "Software"),
    ("Retail", "Retail"),
    ("Insurance", "Financial services"),
    ("Schools", "Education"),
    ("Media", "Media"),
    ("Systems", "Software"),
    ("Pharma", "Healthcare"),
    ("Textiles", "Manufacturing"),
    ("Travel", "Hospitality"),
    ("Water", "Energy"),
    ("Works", "Manufacturing"),
    ("Consulting", "Professional services"),
)
#: (country, time zone, share)
PLACES = (
    ("Germany", "Europe/Berlin", 0.24),
    ("United Kingdom", "Europe/London", 0.16),
    ("Netherlands", "Europe/Amsterdam", 0.1),
    ("France", "Europe/Paris", 0.12),
    ("Sweden", "Europe/Stockholm", 0.06),
    ("United States", "America/New_York", 0.24),
    ("Canada", "America/Toronto", 0.08),
)

FEATURES = (
    "Boards Reports Automations Calendar Imports Exports Dashboards Approvals "
    "Notifications Templates Integrations Forecasts Permissions Mobile Webhooks Search"
).split()
#: Plan name, list price per seat and month, number of core features.
PLANS = (("Starter", 39, 5), ("Growth", 69, 8), ("Enterprise", 98, 12))

COMMENTS_HIGH = (
    "The dashboards save my team half a day every week.",
    "Support answers fast and actually solves the problem.",
    "Easy to roll out, our new colleagues like it.",
    "Great product and a very helpful team.",
    "Approvals finally work the way we do.",
)
COMMENTS_MIDDLE = (
    "Good tool, but reports could be faster.",
    "Does what we need. Onboarding took longer than planned.",
    "Fine so far, we miss a better mobile view.",
    "Useful, although the permissions are confusing.",
)
COMMENTS_LOW = (
    "Exports time out every Monday and nobody fixes it.",
    "We are disappointed with the slow answers from support.",
    "Too complicated for our people, hardly anybody uses it.",
    "The integration keeps breaking and costs us hours.",
    "We do not see the value we were promised.",
)

TOUCHPOINTS = {
    "meeting": ("Monthly check-in", "Quarterly business review", "Roadmap session"),
    "call": ("Check-in call", "Renewal talk", "Follow-up on open tickets"),
    "email": ("Usage summary sent", "Answer to rollout questions"),
    "on_site": ("Workshop on site",),
    "webinar": ("Training webinar",),
    "chat": ("Quick question in chat",),
}
CHURN_REASONS = (
    ("Low adoption", "Not enough people used it."),
    ("Budget", "Budget was cut for the coming year."),
    ("Missing feature", "A needed feature was not on the roadmap."),
    ("Support experience", "Issues stayed open for too long."),
    ("Merged or closed", "The company was taken over."),
)
