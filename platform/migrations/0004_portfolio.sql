-- What may trade, how much, and what it called for.

CREATE TABLE approved_strategies (
    strategy_id text PRIMARY KEY REFERENCES strategies,
    symbol text NOT NULL,
    interval text NOT NULL,
    strategy_name text NOT NULL,
    parameters jsonb NOT NULL,
    anchor_at timestamptz NOT NULL,
    price_tick double precision NOT NULL,
    volume_lot double precision NOT NULL,
    evaluation_id text NOT NULL REFERENCES evaluations,
    score double precision NOT NULL,
    rank integer NOT NULL,
    reason text NOT NULL,
    as_of timestamptz NOT NULL
);

CREATE INDEX approved_strategies_symbol ON approved_strategies (symbol);

CREATE TABLE sized_positions (
    strategy_id text PRIMARY KEY REFERENCES strategies,
    symbol text NOT NULL,
    interval text NOT NULL,
    strategy_name text NOT NULL,
    parameters jsonb NOT NULL,
    anchor_at timestamptz NOT NULL,
    price_tick double precision NOT NULL,
    volume_lot double precision NOT NULL,
    size numeric(20, 2) NOT NULL CHECK (size >= 0),
    risk_distance numeric(12, 8) NOT NULL CHECK (risk_distance > 0),
    break_even_fee_bps double precision,
    binding_limit text NOT NULL,
    as_of timestamptz NOT NULL
);

CREATE INDEX sized_positions_symbol ON sized_positions (symbol);

-- How far each strategy's signals are computed, and whether it is in a position.
CREATE TABLE signal_states (
    strategy_id text PRIMARY KEY REFERENCES strategies,
    symbol text NOT NULL,
    interval text NOT NULL,
    strategy_name text NOT NULL,
    parameters jsonb NOT NULL,
    anchor_at timestamptz NOT NULL,
    price_tick double precision NOT NULL,
    volume_lot double precision NOT NULL,
    last_bar_at timestamptz,
    in_position boolean NOT NULL DEFAULT false,
    size numeric(20, 2) NOT NULL,
    risk_distance numeric(12, 8) NOT NULL,
    break_even_fee_bps double precision,
    active boolean NOT NULL DEFAULT true
);

CREATE TABLE trade_signals (
    signal_id text PRIMARY KEY,
    strategy_id text NOT NULL REFERENCES strategies,
    symbol text NOT NULL,
    interval text NOT NULL,
    bar_open_at timestamptz NOT NULL,
    action text NOT NULL CHECK (action IN ('ENTER', 'EXIT')),
    reference_price numeric(20, 10) NOT NULL,
    size numeric(20, 2) NOT NULL,
    risk_distance numeric(12, 8) NOT NULL,
    break_even_fee_bps double precision,
    emitted_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    replayed boolean NOT NULL
);

CREATE INDEX trade_signals_newest ON trade_signals (bar_open_at DESC);
CREATE INDEX trade_signals_symbol ON trade_signals (symbol, bar_open_at DESC);
