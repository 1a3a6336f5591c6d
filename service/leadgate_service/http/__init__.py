"""The HTTP door: for people and systems that speak no gRPC. One route a file; `app.py` puts them together."""
