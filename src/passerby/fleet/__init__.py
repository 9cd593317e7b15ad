"""Spreads cameras over worker processes: runs, watches and restarts them. Redaction is the engine's job."""
