"""How fast may it go: rates of a relay and of receiving domains, kept in the database, so that every carrier on every
machine keeps to them together. The generic cell rate algorithm (ITU-T I.371): one moment for each name."""

from datetime import datetime

from django.db import connection

#: Seconds' worth that may go at once after a pause.
BURST = 2.0


def allowed(name: str, per_second: float, at: datetime) -> int:
    """How many may go now. Held until the transaction ends: nobody else is told the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notify_pace (name, next_at) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING", [name[:300], at]
        )
        cursor.execute("SELECT next_at FROM notify_pace WHERE name = %s FOR UPDATE", [name[:300]])
        begun: datetime = max(cursor.fetchone()[0], at)
        burst = max(BURST, 1 / per_second)
        if (begun - at).total_seconds() > 2 * burst:  # so far ahead nothing ever is, but of a clock that was put back
            cursor.execute("UPDATE notify_pace SET next_at = %s WHERE name = %s", [at, name[:300]])
            begun = at
    return max(0, int(((at - begun).total_seconds() + burst) * per_second + 1e-6))


def used(name: str, per_second: float, count: int, at: datetime) -> None:
    """So many went, in the transaction that asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notify_pace SET next_at = greatest(next_at, %s) + make_interval(secs => %s) WHERE name = %s",
            [at, count / per_second, name[:300]],
        )
