"""What people do in the shop: collected, kept as files, found again, forgotten on request."""
