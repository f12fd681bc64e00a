"""Brings closed one-minute bars from a venue into the candle store."""
