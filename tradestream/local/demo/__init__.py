"""`tradestream demo`: the main line on one machine, from candles to signals."""
