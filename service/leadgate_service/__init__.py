"""The leadgate service: what a provider knows passes the gate, or it is not kept."""
