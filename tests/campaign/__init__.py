"""The fault campaign: the whole service under random faults, then a judgement of what it left behind."""
