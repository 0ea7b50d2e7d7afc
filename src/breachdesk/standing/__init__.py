"""The standing breach: everything stolen from Bakery North, an invented online shop, and the truth about it.

`python -m breachdesk.standing --seed 2026 --people 2000 --out DIR` writes DIR/evidence, DIR/truth.json and
DIR/facts.yaml. Nobody in it exists; docs/guide/standing-breach.md tells which number ranges are used and why.
"""
