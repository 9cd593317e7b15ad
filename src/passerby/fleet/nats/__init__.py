"""Nodes on NATS JetStream. Only this folder knows of it, and nothing that it sends holds a picture."""
