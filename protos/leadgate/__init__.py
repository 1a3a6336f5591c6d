"""The contract of leadgate, by version."""
