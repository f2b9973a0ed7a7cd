"""A believable organisation to look at: generated facts, the same for the same seed.

Only facts are made here (usage, tickets, answers, meetings, payments); every score on
top of them is computed by the same code as for real customers.
"""
