"""`make bench`: how fast and how right, beside the named peer on the same machine in the same run."""
