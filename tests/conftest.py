"""What holds for every test."""

from hypothesis import settings

# How long an example takes is the business of the machine, not of a test: speed is measured by `make bench`.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
