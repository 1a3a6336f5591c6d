"""The `leadgate` command.

Data goes to stdout, talk to stderr; `--json` prints one JSON document instead of a table. Exit codes: 0 done, 1 refused
or something found, 2 used wrongly. Commands of clients need only the SDK; those of operators load the service when they
are called, so a support laptop needs no database library.
"""
