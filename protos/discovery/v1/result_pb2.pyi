from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ParameterValue(_message.Message):
    __slots__ = ("integer", "number")
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    integer: int
    number: float
    def __init__(self, integer: _Optional[int] = ..., number: _Optional[float] = ...) -> None: ...

class Window(_message.Message):
    __slots__ = ("start_time", "end_time", "anchor", "bars", "missing", "price_tick", "volume_lot")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    BARS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    PRICE_TICK_FIELD_NUMBER: _ClassVar[int]
    VOLUME_LOT_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    anchor: _timestamp_pb2.Timestamp
    bars: int
    missing: int
    price_tick: float
    volume_lot: float
    def __init__(self, start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., anchor: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., bars: _Optional[int] = ..., missing: _Optional[int] = ..., price_tick: _Optional[float] = ..., volume_lot: _Optional[float] = ...) -> None: ...

class Metrics(_message.Message):
    __slots__ = ("trades", "final_equity", "total_return", "sharpe", "sortino", "max_drawdown", "volatility", "win_rate", "profit_factor", "exposure", "turnover", "buy_and_hold_return", "alpha", "beta", "break_even_fee_bps", "adverse_excursion_p95", "excess_sharpe", "average_trade")
    TRADES_FIELD_NUMBER: _ClassVar[int]
    FINAL_EQUITY_FIELD_NUMBER: _ClassVar[int]
    TOTAL_RETURN_FIELD_NUMBER: _ClassVar[int]
    SHARPE_FIELD_NUMBER: _ClassVar[int]
    SORTINO_FIELD_NUMBER: _ClassVar[int]
    MAX_DRAWDOWN_FIELD_NUMBER: _ClassVar[int]
    VOLATILITY_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    PROFIT_FACTOR_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_FIELD_NUMBER: _ClassVar[int]
    TURNOVER_FIELD_NUMBER: _ClassVar[int]
    BUY_AND_HOLD_RETURN_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    BETA_FIELD_NUMBER: _ClassVar[int]
    BREAK_EVEN_FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    ADVERSE_EXCURSION_P95_FIELD_NUMBER: _ClassVar[int]
    EXCESS_SHARPE_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_TRADE_FIELD_NUMBER: _ClassVar[int]
    trades: int
    final_equity: float
    total_return: float
    sharpe: float
    sortino: float
    max_drawdown: float
    volatility: float
    win_rate: float
    profit_factor: float
    exposure: float
    turnover: float
    buy_and_hold_return: float
    alpha: float
    beta: float
    break_even_fee_bps: float
    adverse_excursion_p95: float
    excess_sharpe: float
    average_trade: float
    def __init__(self, trades: _Optional[int] = ..., final_equity: _Optional[float] = ..., total_return: _Optional[float] = ..., sharpe: _Optional[float] = ..., sortino: _Optional[float] = ..., max_drawdown: _Optional[float] = ..., volatility: _Optional[float] = ..., win_rate: _Optional[float] = ..., profit_factor: _Optional[float] = ..., exposure: _Optional[float] = ..., turnover: _Optional[float] = ..., buy_and_hold_return: _Optional[float] = ..., alpha: _Optional[float] = ..., beta: _Optional[float] = ..., break_even_fee_bps: _Optional[float] = ..., adverse_excursion_p95: _Optional[float] = ..., excess_sharpe: _Optional[float] = ..., average_trade: _Optional[float] = ...) -> None: ...

class HourlySums(_message.Message):
    __slots__ = ("first_hour", "strategy", "market")
    FIRST_HOUR_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    MARKET_FIELD_NUMBER: _ClassVar[int]
    first_hour: _timestamp_pb2.Timestamp
    strategy: _containers.RepeatedScalarFieldContainer[float]
    market: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, first_hour: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., strategy: _Optional[_Iterable[float]] = ..., market: _Optional[_Iterable[float]] = ...) -> None: ...

class DiscoveredStrategy(_message.Message):
    __slots__ = ("request_id", "symbol", "interval", "strategy_name", "parameters", "window", "metrics", "hourly", "score", "seed", "code_version", "data_fingerprint", "rank", "plateau", "fee_bps", "slippage_bps")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ParameterValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ParameterValue, _Mapping]] = ...) -> None: ...
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    HOURLY_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    CODE_VERSION_FIELD_NUMBER: _ClassVar[int]
    DATA_FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    PLATEAU_FIELD_NUMBER: _ClassVar[int]
    FEE_BPS_FIELD_NUMBER: _ClassVar[int]
    SLIPPAGE_BPS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    symbol: str
    interval: str
    strategy_name: str
    parameters: _containers.MessageMap[str, ParameterValue]
    window: Window
    metrics: Metrics
    hourly: HourlySums
    score: float
    seed: int
    code_version: str
    data_fingerprint: str
    rank: int
    plateau: float
    fee_bps: float
    slippage_bps: float
    def __init__(self, request_id: _Optional[str] = ..., symbol: _Optional[str] = ..., interval: _Optional[str] = ..., strategy_name: _Optional[str] = ..., parameters: _Optional[_Mapping[str, ParameterValue]] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., metrics: _Optional[_Union[Metrics, _Mapping]] = ..., hourly: _Optional[_Union[HourlySums, _Mapping]] = ..., score: _Optional[float] = ..., seed: _Optional[int] = ..., code_version: _Optional[str] = ..., data_fingerprint: _Optional[str] = ..., rank: _Optional[int] = ..., plateau: _Optional[float] = ..., fee_bps: _Optional[float] = ..., slippage_bps: _Optional[float] = ...) -> None: ...

class SearchSummary(_message.Message):
    __slots__ = ("request_id", "symbol", "interval", "strategy_name", "window", "trials", "trials_with_trades", "sharpe_sum", "sharpe_square_sum", "certificate", "results", "code_version", "data_fingerprint")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_NAME_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    TRIALS_FIELD_NUMBER: _ClassVar[int]
    TRIALS_WITH_TRADES_FIELD_NUMBER: _ClassVar[int]
    SHARPE_SUM_FIELD_NUMBER: _ClassVar[int]
    SHARPE_SQUARE_SUM_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    CODE_VERSION_FIELD_NUMBER: _ClassVar[int]
    DATA_FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    symbol: str
    interval: str
    strategy_name: str
    window: Window
    trials: int
    trials_with_trades: int
    sharpe_sum: float
    sharpe_square_sum: float
    certificate: str
    results: int
    code_version: str
    data_fingerprint: str
    def __init__(self, request_id: _Optional[str] = ..., symbol: _Optional[str] = ..., interval: _Optional[str] = ..., strategy_name: _Optional[str] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., trials: _Optional[int] = ..., trials_with_trades: _Optional[int] = ..., sharpe_sum: _Optional[float] = ..., sharpe_square_sum: _Optional[float] = ..., certificate: _Optional[str] = ..., results: _Optional[int] = ..., code_version: _Optional[str] = ..., data_fingerprint: _Optional[str] = ...) -> None: ...

class MemberPass(_message.Message):
    __slots__ = ("symbol", "t", "trades", "total_return", "counted")
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    T_FIELD_NUMBER: _ClassVar[int]
    TRADES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_RETURN_FIELD_NUMBER: _ClassVar[int]
    COUNTED_FIELD_NUMBER: _ClassVar[int]
    symbol: str
    t: float
    trades: int
    total_return: float
    counted: bool
    def __init__(self, symbol: _Optional[str] = ..., t: _Optional[float] = ..., trades: _Optional[int] = ..., total_return: _Optional[float] = ..., counted: bool = ...) -> None: ...

class ExamPass(_message.Message):
    __slots__ = ("strategy", "t", "members")
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    T_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    strategy: DiscoveredStrategy
    t: float
    members: _containers.RepeatedCompositeFieldContainer[MemberPass]
    def __init__(self, strategy: _Optional[_Union[DiscoveredStrategy, _Mapping]] = ..., t: _Optional[float] = ..., members: _Optional[_Iterable[_Union[MemberPass, _Mapping]]] = ...) -> None: ...

class ExamMember(_message.Message):
    __slots__ = ("symbol", "window", "data_fingerprint")
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    DATA_FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    symbol: str
    window: Window
    data_fingerprint: str
    def __init__(self, symbol: _Optional[str] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., data_fingerprint: _Optional[str] = ...) -> None: ...

class HistoryExamResult(_message.Message):
    __slots__ = ("request_id", "symbol", "interval", "window", "exam_number", "alpha", "design_hash", "genomes", "eligible", "resamples", "critical_value", "best_t", "passing", "code_version", "data_fingerprint", "members")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    EXAM_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    DESIGN_HASH_FIELD_NUMBER: _ClassVar[int]
    GENOMES_FIELD_NUMBER: _ClassVar[int]
    ELIGIBLE_FIELD_NUMBER: _ClassVar[int]
    RESAMPLES_FIELD_NUMBER: _ClassVar[int]
    CRITICAL_VALUE_FIELD_NUMBER: _ClassVar[int]
    BEST_T_FIELD_NUMBER: _ClassVar[int]
    PASSING_FIELD_NUMBER: _ClassVar[int]
    CODE_VERSION_FIELD_NUMBER: _ClassVar[int]
    DATA_FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    symbol: str
    interval: str
    window: Window
    exam_number: int
    alpha: float
    design_hash: str
    genomes: int
    eligible: int
    resamples: int
    critical_value: float
    best_t: float
    passing: _containers.RepeatedCompositeFieldContainer[ExamPass]
    code_version: str
    data_fingerprint: str
    members: _containers.RepeatedCompositeFieldContainer[ExamMember]
    def __init__(self, request_id: _Optional[str] = ..., symbol: _Optional[str] = ..., interval: _Optional[str] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., exam_number: _Optional[int] = ..., alpha: _Optional[float] = ..., design_hash: _Optional[str] = ..., genomes: _Optional[int] = ..., eligible: _Optional[int] = ..., resamples: _Optional[int] = ..., critical_value: _Optional[float] = ..., best_t: _Optional[float] = ..., passing: _Optional[_Iterable[_Union[ExamPass, _Mapping]]] = ..., code_version: _Optional[str] = ..., data_fingerprint: _Optional[str] = ..., members: _Optional[_Iterable[_Union[ExamMember, _Mapping]]] = ...) -> None: ...
