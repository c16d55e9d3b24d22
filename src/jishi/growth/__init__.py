"""Acting on what is understood: who is reached, with what, and whether it worked. It moves no money."""
