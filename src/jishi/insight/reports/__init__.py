"""Boards for each role, reports that come by themselves, notes on what is unusual and where people stop."""
