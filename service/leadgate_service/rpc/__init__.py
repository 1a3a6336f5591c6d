"""The wire: raw bytes in, parsed once, decided on by use cases, answered as messages or typed errors."""
