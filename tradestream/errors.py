"""The errors that TradeStream raises, as one tree.

    TradeStreamError
    ├── UnavailableError        a dependency did not answer; try again later
    ├── ConfigurationError      a setting is wrong; trying again cannot help
    ├── RuleError               a declared rule makes no sense; a ValueError, too
    └── InvalidDataError        data from outside breaks its contract
        ├── InvalidCandleError  a bar, or a series of bars
        └── InvalidMessageError a message on the bus
            └── OversizedMessageError   one that the bus does not take

Messages are lower-case fragments that say what was required and what was found.
"""


class TradeStreamError(Exception):
    """Base of all errors raised by TradeStream."""


class UnavailableError(TradeStreamError):
    """Raised when a dependency did not answer and a retry may succeed."""


class ConfigurationError(TradeStreamError):
    """Raised when a setting is wrong and a retry cannot succeed."""


class RuleError(TradeStreamError, ValueError):
    """Raised when a rule of a declared strategy type makes no sense."""


class InvalidDataError(TradeStreamError):
    """Raised when data from outside breaks its contract."""


class InvalidCandleError(InvalidDataError):
    """Raised when a bar or a series of bars breaks its contract."""


class InvalidMessageError(InvalidDataError):
    """Raised when a message on the bus cannot be understood."""


class OversizedMessageError(InvalidMessageError):
    """Raised when a message is larger than its topic takes."""
