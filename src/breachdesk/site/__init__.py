"""The shelf of laws as pages anybody can read, host and link to: nothing runs on a server."""
