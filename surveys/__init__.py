"""Asking customers: surveys, invitations and responses."""
