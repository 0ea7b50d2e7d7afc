"""The pages of a case, a file for each."""
