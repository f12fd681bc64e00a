from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GAConfig(_message.Message):
    __slots__ = ("max_generations", "population_size", "seed")
    MAX_GENERATIONS_FIELD_NUMBER: _ClassVar[int]
    POPULATION_SIZE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    max_generations: int
    population_size: int
    seed: int
    def __init__(self, max_generations: _Optional[int] = ..., population_size: _Optional[int] = ..., seed: _Optional[int] = ...) -> None: ...

class StrategyDiscoveryRequest(_message.Message):
    __slots__ = ("request_id", "symbol", "interval", "start_time", "end_time", "strategy_name", "top_n", "ga_config", "fee_bps", "slippage_bps", "objective")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_NAME_FIELD_NUMBER: _ClassVar[int]
    TOP_N_FIELD_NUMBER: _ClassVar[int]
    GA_CONFIG_FIELD_NUMBER: _ClassVar[int]
    FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    SLIPPAGE_BPS_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    symbol: str
    interval: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    strategy_name: str
    top_n: int
    ga_config: GAConfig
    fee_bps: float
    slippage_bps: float
    objective: str
    def __init__(self, request_id: _Optional[str] = ..., symbol: _Optional[str] = ..., interval: _Optional[str] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., strategy_name: _Optional[str] = ..., top_n: _Optional[int] = ..., ga_config: _Optional[_Union[GAConfig, _Mapping]] = ..., fee_bps: _Optional[float] = ..., slippage_bps: _Optional[float] = ..., objective: _Optional[str] = ...) -> None: ...

class HistoryExamRequest(_message.Message):
    __slots__ = ("request_id", "symbol", "group", "interval", "start_time", "end_time", "design_hash", "exam_number", "alpha", "seed", "fee_bps", "slippage_bps", "members")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    DESIGN_HASH_FIELD_NUMBER: _ClassVar[int]
    EXAM_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    SLIPPAGE_BPS_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    symbol: str
    group: str
    interval: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    design_hash: str
    exam_number: int
    alpha: float
    seed: int
    fee_bps: float
    slippage_bps: float
    members: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., symbol: _Optional[str] = ..., group: _Optional[str] = ..., interval: _Optional[str] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., design_hash: _Optional[str] = ..., exam_number: _Optional[int] = ..., alpha: _Optional[float] = ..., seed: _Optional[int] = ..., fee_bps: _Optional[float] = ..., slippage_bps: _Optional[float] = ..., members: _Optional[_Iterable[str]] = ...) -> None: ...
