"""Hospitals whose truth is known: what each method makes of them, and which demands hold. ``make truth`` runs all of it."""
