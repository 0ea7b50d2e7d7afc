"""Pages of the staff room: coming in, one's own account, everybody's accounts."""
