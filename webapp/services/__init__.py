"""Sequences that need both places and records. No Flask, no SQL text."""
