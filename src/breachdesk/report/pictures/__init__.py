"""Pictures drawn on the server as SVG: each says its finding in words too, and is drawn once wide, once narrow."""
