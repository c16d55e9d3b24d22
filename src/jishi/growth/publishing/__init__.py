"""The content plan: ideas, pieces, pictures with their licence, the calendar, accounts on other platforms."""
