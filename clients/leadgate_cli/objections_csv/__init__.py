"""A file of objections as real life brings it: read row by row, in bounded memory, into what is sent and what is told.

`reading` knows bytes and quotation marks, `columns` knows heads, `rows` knows what a row must be, `results` writes what
became of each. None of them knows the service.
"""
