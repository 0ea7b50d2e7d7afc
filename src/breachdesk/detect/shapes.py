"""The closed words of signals."""

from enum import StrEnum


class Door(StrEnum):
    """Where a signal came in."""

    STAFF = "staff"
    PUBLIC = "public"
    MAIL = "mail"
    API = "api"
    MONITORING = "monitoring"


class Reporter(StrEnum):
    """Who says so."""

    CUSTOMER = "customer"
    STAFF = "staff"
    RESEARCHER = "researcher"
    JOURNALIST = "journalist"
    POLICE = "police"
    AUTHORITY = "authority"
    PARTNER = "partner"
    SOFTWARE = "software"
    OTHER = "other"


class State(StrEnum):
    NEW = "new"
    LOOKED_AT = "looked_at"
    DUPLICATE = "duplicate"
    FALSE_ALARM = "false_alarm"
    CONFIRMED = "confirmed"


OPEN = (State.NEW, State.LOOKED_AT)
