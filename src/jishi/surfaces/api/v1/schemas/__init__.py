"""The shapes of the API: what goes out (frozen dataclasses) and what comes in (Ninja schemas). No logic."""
