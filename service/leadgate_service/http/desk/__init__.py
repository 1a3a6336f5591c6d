"""The objection desk: pages for people who register objections. One route a file; `routes.py` puts them together.

A page does nothing that the RPCs could not: what is typed becomes the message of a call, which goes through the same
roles, rules, audit entries and pace. The pages work without JavaScript; whatever somebody typed travels in bodies only,
so that no address, history or log holds it.
"""
