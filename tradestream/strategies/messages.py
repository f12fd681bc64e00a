"""Parameters as they travel on the bus."""

from collections.abc import Mapping

from protos.discovery.v1 import result_pb2
from tradestream.errors import InvalidMessageError
from tradestream.strategies.declaration import Value


def parameters_to_proto(
    parameters: Mapping[str, Value],
) -> dict[str, result_pb2.ParameterValue]:
    """Return typed parameters as message values by name."""
    return {
        name: result_pb2.ParameterValue(integer=value)
        if isinstance(value, int)
        else result_pb2.ParameterValue(number=value)
        for name, value in parameters.items()
    }


def parameters_from_proto(
    parameters: Mapping[str, result_pb2.ParameterValue],
) -> dict[str, Value]:
    """Return message values as typed parameters, sorted by name.

    Raises:
        InvalidMessageError: If a value is set as neither of its kinds.
    """
    values: dict[str, Value] = {}
    for name in sorted(parameters):
        kind = parameters[name].WhichOneof("kind")
        if kind is None:
            raise InvalidMessageError(f"parameter {name} must have a value, had none")
        values[name] = (
            parameters[name].integer if kind == "integer" else parameters[name].number
        )
    return values
