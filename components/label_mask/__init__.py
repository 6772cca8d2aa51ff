"""Partial labels made from full ones, for studies whose truth is known."""
