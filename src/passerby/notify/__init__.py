"""Which alarms are active, and who is told. Raising them is up to others."""
