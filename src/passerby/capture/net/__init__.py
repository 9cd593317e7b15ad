"""How live sources are reached: addresses, names, log-ins, requests. The only place of capture that opens sockets."""
