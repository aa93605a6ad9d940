"""Upgrades: what the way between two releases asks, decided from their passports before anything runs."""
