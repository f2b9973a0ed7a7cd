"""What happened: one append-only table that is audit log, timeline and outbox."""
