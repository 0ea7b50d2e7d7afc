"""Evidence and people lists at rest: sealed under a key per case, hashed at intake; erased by destroying the key."""
