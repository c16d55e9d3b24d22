"""Acting on what is understood: who is reached, with what, and whether it worked. Nothing here moves money."""
