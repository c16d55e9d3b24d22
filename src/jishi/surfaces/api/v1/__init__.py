"""Version 1 of the public API: parse, call a domain, answer. The same operations serve the pages."""
