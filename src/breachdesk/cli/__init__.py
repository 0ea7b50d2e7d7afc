"""One file per room; nothing here but arguments, words and exit codes."""
