"""How other machines are reached: addresses, names, credentials, requests, all checked.

What is requested is up to others."""
