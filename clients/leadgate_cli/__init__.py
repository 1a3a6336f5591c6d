"""The `leadgate` command.

Data goes to stdout, talk to stderr; `--json` prints one JSON document instead of a table. Exit codes: 0 done, 1 refused
or something found, 2 used wrongly. Commands of clients need only the SDK; those of operators load the service when they
are called, so a support laptop needs no database library.
"""

from os import environ

# gRPC, which reads this when it is imported, would tell stderr of every failed handshake. What there is to say of one
# is in our own line.
environ.setdefault("GRPC_VERBOSITY", "NONE")
