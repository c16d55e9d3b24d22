"""Who does what until when, and what was said about it, for anything the team works on."""
