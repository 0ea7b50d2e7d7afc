"""The notice to each person: composed and checked."""
