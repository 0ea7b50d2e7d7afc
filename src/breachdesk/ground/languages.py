"""The languages in which we speak to people: each is a set of packs, and this one list."""

LANGUAGES = ("en", "ru")
