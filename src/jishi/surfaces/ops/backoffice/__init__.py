"""The staff back office: Django's admin in our clothes. It reads, and writes through operations."""
