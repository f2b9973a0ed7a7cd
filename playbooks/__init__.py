"""Who does what next: tasks, and later the playbooks that make them."""
