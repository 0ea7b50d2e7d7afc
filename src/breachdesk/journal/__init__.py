"""What happened, when, by whom; tamper-evident and provable offline."""
