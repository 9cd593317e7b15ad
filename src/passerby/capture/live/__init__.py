"""Turns a live source into clear frames in memory, each with its arrival time. Requests are sent by net/."""
