"""Parameters checked against the catalogue, fast.

A grid has few points, so what `StrategyType.check` said of a value is
remembered; only values never seen, and all that is wrong, go through it again.
"""

from collections.abc import Mapping

from tradestream.strategies.declaration import StrategyType, Value


class Checked:
    """The parameters of one strategy type, with what is known of their values.

    Args:
        strategy: Its declaration.
    """

    def __init__(self, strategy: StrategyType) -> None:
        self._strategy = strategy
        self._known: dict[str, dict[Value, Value]] = {
            parameter.name: {} for parameter in strategy.parameters
        }
        self._ordered = [(p.above, p.name) for p in strategy.parameters if p.above]

    def check(self, parameters: Mapping[str, Value]) -> dict[str, Value]:
        """Return the same as `StrategyType.check`.

        Raises:
            ValueError: As it does.
        """
        known = self._known
        if len(parameters) == len(known):
            try:
                checked = {
                    name: values[parameters[name]] for name, values in known.items()
                }
            except KeyError:
                return self._learn(parameters)
            if all(checked[low] < checked[high] for low, high in self._ordered):
                return checked
        return self._learn(parameters)

    def _learn(self, parameters: Mapping[str, Value]) -> dict[str, Value]:
        checked = self._strategy.check(parameters)
        for name, value in checked.items():
            self._known[name][parameters[name]] = value
        return checked
