"""A live source becomes clear frames in memory, each with the time of its arrival. Requests are sent by net/."""
