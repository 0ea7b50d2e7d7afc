"""Facts and people to duties with deadlines, recipients, contents and reasons."""
