"""Parameters survive a trip over the bus with their types."""

import pytest

from protos.discovery.v1 import result_pb2
from tradestream.errors import InvalidMessageError
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.messages import parameters_from_proto, parameters_to_proto


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_parameters_come_back_equal_and_typed(name: str) -> None:
    parameters = CATALOGUE[name].defaults()
    sent = result_pb2.DiscoveredStrategy(parameters=parameters_to_proto(parameters))

    received = parameters_from_proto(sent.parameters)

    assert received == parameters
    assert {k: type(v) for k, v in received.items()} == {
        k: type(v) for k, v in parameters.items()
    }


def test_an_empty_value_is_refused() -> None:
    with pytest.raises(InvalidMessageError, match="parameter n must have a value"):
        parameters_from_proto({"n": result_pb2.ParameterValue()})
