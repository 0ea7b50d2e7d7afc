"""Files to rows. One file per format; adding a format is adding a file."""
