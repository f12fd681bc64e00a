-- What was found, what it cost to find it, and what became of it.

-- Identity: sha256 of canonical JSON {strategy name, typed parameters, symbol, interval}.
CREATE TABLE strategies (
    strategy_id text PRIMARY KEY,
    strategy_name text NOT NULL,
    symbol text NOT NULL,
    interval text NOT NULL,
    parameters jsonb NOT NULL,
    status text NOT NULL DEFAULT 'candidate' CHECK (
        status IN ('candidate', 'probation', 'validated', 'refused', 'retired', 'stale')
    ),
    status_reason text NOT NULL DEFAULT 'found by the search',
    status_changed_at timestamptz NOT NULL,
    best_evaluation_id text,
    latest_evaluation_id text,
    created_at timestamptz NOT NULL
);

CREATE INDEX strategies_symbol_status ON strategies (symbol, status);

-- One row for each time a strategy was evaluated; appended, never changed, but for `stale`.
CREATE TABLE evaluations (
    evaluation_id text PRIMARY KEY,
    strategy_id text NOT NULL REFERENCES strategies,
    request_id text NOT NULL,
    symbol text NOT NULL,
    window_start_at timestamptz NOT NULL,
    window_end_at timestamptz NOT NULL,
    anchor_at timestamptz NOT NULL,
    price_tick double precision NOT NULL,
    volume_lot double precision NOT NULL,
    bars bigint NOT NULL,
    missing_bars bigint NOT NULL,
    score double precision NOT NULL,
    plateau double precision,
    metrics jsonb NOT NULL,
    first_hour_at timestamptz NOT NULL,
    hourly_strategy real[] NOT NULL,
    hourly_market real[] NOT NULL,
    fee_bps double precision NOT NULL,
    slippage_bps double precision NOT NULL,
    seed numeric(20) NOT NULL,
    code_version text NOT NULL,
    data_fingerprint text NOT NULL,
    stale boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL
);

CREATE INDEX evaluations_strategy ON evaluations (strategy_id, window_end_at DESC);
CREATE INDEX evaluations_symbol_window ON evaluations (symbol, window_start_at, window_end_at);

-- The ledger of trials: one row a search request, sent also when nothing was found.
CREATE TABLE trials (
    request_id text PRIMARY KEY,
    symbol text NOT NULL,
    interval text NOT NULL,
    strategy_name text NOT NULL,
    window_start_at timestamptz NOT NULL,
    window_end_at timestamptz NOT NULL,
    trials bigint NOT NULL,
    trials_with_trades bigint NOT NULL,
    sharpe_sum double precision NOT NULL,
    sharpe_square_sum double precision NOT NULL,
    certificate text NOT NULL,
    results integer NOT NULL,
    code_version text NOT NULL,
    data_fingerprint text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX trials_symbol ON trials (symbol, window_end_at);
