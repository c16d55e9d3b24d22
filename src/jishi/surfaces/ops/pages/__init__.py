"""The pages of the operator console, one module per topic."""
