"""Model card of a bundle: measurements, the Jinja template, and the command that renders it."""
