"""What a service does by itself while it runs."""
