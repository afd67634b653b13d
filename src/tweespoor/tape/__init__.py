"""One track: its packets, its chain, its durable log and its playable file."""
