"""What this room can do: converse, keep promises, move tickets along."""
