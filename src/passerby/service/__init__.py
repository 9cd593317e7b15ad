"""What `passerby serve` is made of: its parts wired together, the configured cameras, the work beside serving."""
