"""Who may enter, and what each role may do in a case."""
