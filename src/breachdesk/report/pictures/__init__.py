"""Pictures drawn on the server as SVG: each says its finding in words as well, and is drawn once wide and once narrow."""
