"""The pages of the merchant console, one module per topic."""
