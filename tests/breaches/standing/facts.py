"""facts.yaml: what Bakery North knows on the third day. Some facts are still open, so that questions remain."""

from pathlib import Path

_SHEET = """\
# What Bakery North (invented) knows on the third day after a customer found his data on a forum.
# A fact that is not here is unknown, never false; the report asks for those that decide most.
organisation: {}

entity.role: controller
entity.sector: general
entity.kinds: [business, merchant]
entity.establishments: [DE, FR]
entity.main_establishment: DE
entity.nis2: none
entity.dora_fe: false
entity.small_agent_br: false

breach.personal_data: true
breach.confidentiality: true
breach.integrity: false
breach.availability: false
breach.confirmed: confirmed
breach.malicious: true
breach.external_hack: true
breach.exfiltration: "yes"
breach.source_is_entity: true
data.encrypted: false
data.unintelligible: false
data.found_traded: true
data.publicly_available_before: false
recipient.trusted: false
recipient.only_internal: false
incident.computer: true
incident.intrusion: true

time.occurred: 2026-11-14T02:10:00+01:00
time.detected: 2026-11-19T21:40:00+01:00
time.discovered: 2026-11-19T21:40:00+01:00
time.aware: 2026-11-20T16:25:00+01:00
time.determined: 2026-11-20T16:25:00+01:00

risk.gdpr: high
"""


def write(path: Path) -> None:
    path.write_text(_SHEET, encoding="utf-8")
