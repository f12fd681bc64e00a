"""TradeStream: discover, prove, size, and signal trading strategies."""

__version__ = "0.1.0"
