"""What every room stands on: clock, canonical JSON, hashing, sealing, shelves, vocabulary. Knows nobody."""
