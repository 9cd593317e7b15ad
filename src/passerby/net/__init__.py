"""How others are reached: addresses, names, log-ins, requests, all checked. Decides nothing of what is asked."""
