"""The shop's pages: each parses a request, calls operations and queries, and renders frozen views."""
