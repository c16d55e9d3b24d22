"""What every domain stands on and none of them owns: no noun of the business lives here."""
