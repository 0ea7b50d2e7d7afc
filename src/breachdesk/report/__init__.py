"""The response pack: what a tired reader opens first."""
