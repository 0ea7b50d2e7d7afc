"""The journal as whoever works in a case may read it."""

import json
from typing import Any

from breachdesk.journal.app.models import Line

#: Up to how many entries the whole journal is judged while one waits; beyond, `breachdesk doctor` does.
MOST_JUDGED = 50_000


def row(line: Line, *, privileged: bool) -> dict[str, Any]:
    """One entry; without its contents when it was erased, or is privileged and the reader may not read such."""
    envelope = json.loads(bytes(line.envelope))
    withheld = line.privileged and not privileged
    payload = None if withheld or line.payload is None else json.loads(bytes(line.payload))
    return {
        "seq": line.seq,
        "case_seq": line.case_seq,
        "at": line.at,
        "type": line.type,
        "actor": line.actor,
        "role": envelope["role"],
        "via": envelope["via"],
        "refs": envelope["refs"],
        "payload": payload,
        "privileged": line.privileged,
        "withheld": withheld,
        "erased": line.payload is None,
    }
