"""Support tickets and the dated facts about them."""
