from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TradeSignal(_message.Message):
    __slots__ = ("signal_id", "strategy_id", "symbol", "interval", "bar_open_time", "action", "reference_price", "size", "risk_distance", "break_even_fee_bps", "emitted_at", "expires_at", "replayed")
    class Action(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ACTION_UNSPECIFIED: _ClassVar[TradeSignal.Action]
        ACTION_ENTER: _ClassVar[TradeSignal.Action]
        ACTION_EXIT: _ClassVar[TradeSignal.Action]
    ACTION_UNSPECIFIED: TradeSignal.Action
    ACTION_ENTER: TradeSignal.Action
    ACTION_EXIT: TradeSignal.Action
    SIGNAL_ID_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    BAR_OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_PRICE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    RISK_DISTANCE_FIELD_NUMBER: _ClassVar[int]
    BREAK_EVEN_FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    EMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    signal_id: str
    strategy_id: str
    symbol: str
    interval: str
    bar_open_time: _timestamp_pb2.Timestamp
    action: TradeSignal.Action
    reference_price: str
    size: str
    risk_distance: str
    break_even_fee_bps: float
    emitted_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    replayed: bool
    def __init__(self, signal_id: _Optional[str] = ..., strategy_id: _Optional[str] = ..., symbol: _Optional[str] = ..., interval: _Optional[str] = ..., bar_open_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., action: _Optional[_Union[TradeSignal.Action, str]] = ..., reference_price: _Optional[str] = ..., size: _Optional[str] = ..., risk_distance: _Optional[str] = ..., break_even_fee_bps: _Optional[float] = ..., emitted_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., replayed: bool = ...) -> None: ...
