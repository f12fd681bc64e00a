"""What a trade costs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Costs:
    """Fee and slippage of one side of a trade.

    Attributes:
        fee_bps: Fee in basis points of the traded amount.
        slippage_bps: How much worse than the open a fill is, in basis points.

    Raises:
        ValueError: If either is negative, not finite, or 10,000 or more.
    """

    fee_bps: float = 10.0
    slippage_bps: float = 2.0

    def __post_init__(self) -> None:
        for name in ("fee_bps", "slippage_bps"):
            value = getattr(self, name)
            if not 0 <= value < 10_000:
                raise ValueError(
                    f"{name} must be at least 0 and below 10000, was {value}"
                )

    @property
    def fee(self) -> float:
        """Fee as a fraction."""
        return self.fee_bps / 10_000

    @property
    def slippage(self) -> float:
        """Slippage as a fraction."""
        return self.slippage_bps / 10_000

    @property
    def bought(self) -> float:
        """Units bought per unit of cash, times the open."""
        return (1 - self.fee) / (1 + self.slippage)

    @property
    def sold(self) -> float:
        """Cash received per unit sold, divided by the open."""
        return (1 - self.slippage) * (1 - self.fee)
