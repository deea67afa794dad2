"""Tasks: plain functions in which files meet physics; each takes a progress callback that may raise Cancelled."""
