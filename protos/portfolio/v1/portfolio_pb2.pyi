from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.discovery.v1 import result_pb2 as _result_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ApprovedStrategy(_message.Message):
    __slots__ = ("strategy_id", "interval", "strategy_name", "parameters", "anchor", "score", "reason", "price_tick", "volume_lot")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _result_pb2.ParameterValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_result_pb2.ParameterValue, _Mapping]] = ...) -> None: ...
    STRATEGY_ID_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PRICE_TICK_FIELD_NUMBER: _ClassVar[int]
    VOLUME_LOT_FIELD_NUMBER: _ClassVar[int]
    strategy_id: str
    interval: str
    strategy_name: str
    parameters: _containers.MessageMap[str, _result_pb2.ParameterValue]
    anchor: _timestamp_pb2.Timestamp
    score: float
    reason: str
    price_tick: float
    volume_lot: float
    def __init__(self, strategy_id: _Optional[str] = ..., interval: _Optional[str] = ..., strategy_name: _Optional[str] = ..., parameters: _Optional[_Mapping[str, _result_pb2.ParameterValue]] = ..., anchor: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., score: _Optional[float] = ..., reason: _Optional[str] = ..., price_tick: _Optional[float] = ..., volume_lot: _Optional[float] = ...) -> None: ...

class ApprovedStrategies(_message.Message):
    __slots__ = ("symbol", "as_of", "strategies")
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    STRATEGIES_FIELD_NUMBER: _ClassVar[int]
    symbol: str
    as_of: _timestamp_pb2.Timestamp
    strategies: _containers.RepeatedCompositeFieldContainer[ApprovedStrategy]
    def __init__(self, symbol: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., strategies: _Optional[_Iterable[_Union[ApprovedStrategy, _Mapping]]] = ...) -> None: ...

class SizedPosition(_message.Message):
    __slots__ = ("strategy_id", "symbol", "interval", "strategy_name", "parameters", "anchor", "size", "risk_distance", "break_even_fee_bps", "binding_limit", "as_of", "price_tick", "volume_lot")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _result_pb2.ParameterValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_result_pb2.ParameterValue, _Mapping]] = ...) -> None: ...
    STRATEGY_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    RISK_DISTANCE_FIELD_NUMBER: _ClassVar[int]
    BREAK_EVEN_FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    BINDING_LIMIT_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    PRICE_TICK_FIELD_NUMBER: _ClassVar[int]
    VOLUME_LOT_FIELD_NUMBER: _ClassVar[int]
    strategy_id: str
    symbol: str
    interval: str
    strategy_name: str
    parameters: _containers.MessageMap[str, _result_pb2.ParameterValue]
    anchor: _timestamp_pb2.Timestamp
    size: str
    risk_distance: str
    break_even_fee_bps: float
    binding_limit: str
    as_of: _timestamp_pb2.Timestamp
    price_tick: float
    volume_lot: float
    def __init__(self, strategy_id: _Optional[str] = ..., symbol: _Optional[str] = ..., interval: _Optional[str] = ..., strategy_name: _Optional[str] = ..., parameters: _Optional[_Mapping[str, _result_pb2.ParameterValue]] = ..., anchor: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., size: _Optional[str] = ..., risk_distance: _Optional[str] = ..., break_even_fee_bps: _Optional[float] = ..., binding_limit: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., price_tick: _Optional[float] = ..., volume_lot: _Optional[float] = ...) -> None: ...

class SizedPositions(_message.Message):
    __slots__ = ("symbol", "as_of", "positions")
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    symbol: str
    as_of: _timestamp_pb2.Timestamp
    positions: _containers.RepeatedCompositeFieldContainer[SizedPosition]
    def __init__(self, symbol: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., positions: _Optional[_Iterable[_Union[SizedPosition, _Mapping]]] = ...) -> None: ...
