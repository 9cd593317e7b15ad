"""Which alarms stand, and who is told of them. Raising them is for others."""
