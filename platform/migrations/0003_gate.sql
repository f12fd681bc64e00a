-- The gate: exams (Door A), claims (Door B), statuses with their evidence, scores.

-- Asked for by the scorer in the transaction that takes k and writes the outbox row;
-- answered by strategy_consumer.
CREATE TABLE exams (
    request_id text PRIMARY KEY,
    symbol text NOT NULL,
    interval text NOT NULL,
    exam_number integer NOT NULL CHECK (exam_number >= 1),
    window_start_at timestamptz NOT NULL,
    window_end_at timestamptz NOT NULL,
    design_hash text NOT NULL,
    alpha double precision NOT NULL,
    seed numeric(20) NOT NULL,
    requested_at timestamptz NOT NULL,
    answered_at timestamptz,
    genomes bigint,
    eligible bigint,
    resamples bigint,
    critical_value double precision,
    best_t double precision,
    data_fingerprint text,
    code_version text,
    -- Set by the scorer when it has turned the answer into statuses.
    settled_at timestamptz,
    stale boolean NOT NULL DEFAULT false,
    UNIQUE (symbol, exam_number)
);

-- What passed an exam.
CREATE TABLE exam_passes (
    request_id text NOT NULL REFERENCES exams,
    strategy_id text NOT NULL REFERENCES strategies,
    evaluation_id text NOT NULL REFERENCES evaluations,
    t double precision NOT NULL,
    PRIMARY KEY (request_id, strategy_id)
);

-- One claim a row; k is the running number in the symbol's life and is never given back.
CREATE TABLE claims (
    symbol text NOT NULL,
    claim_number integer NOT NULL CHECK (claim_number >= 1),
    strategy_id text NOT NULL REFERENCES strategies,
    anchor_at timestamptz NOT NULL,
    price_tick double precision NOT NULL,
    volume_lot double precision NOT NULL,
    born_at timestamptz NOT NULL,
    exposure double precision NOT NULL,
    deviation double precision NOT NULL CHECK (deviation > 0),
    training_t double precision NOT NULL,
    training_fingerprint text NOT NULL,
    fee_bps double precision NOT NULL,
    slippage_bps double precision NOT NULL,
    code_version text NOT NULL,
    -- Hours up to here are folded in, each exactly once.
    folded_until timestamptz NOT NULL,
    capitals double precision[] NOT NULL,
    evidence double precision NOT NULL,
    trips bigint NOT NULL DEFAULT 0,
    raw_return double precision NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'validated', 'closed')),
    closed_at timestamptz,
    closed_reason text,
    PRIMARY KEY (symbol, claim_number)
);

CREATE INDEX claims_open ON claims (symbol) WHERE state <> 'closed';
CREATE INDEX claims_strategy ON claims (strategy_id);

-- Every change of a status, with its evidence and the reason in words.
CREATE TABLE status_changes (
    strategy_id text NOT NULL REFERENCES strategies,
    changed_at timestamptz NOT NULL,
    from_status text,
    to_status text NOT NULL,
    door text CHECK (door IN ('A', 'B')),
    evidence jsonb NOT NULL DEFAULT '{}',
    reason text NOT NULL,
    PRIMARY KEY (strategy_id, changed_at, to_status)
);

CREATE TABLE strategy_scores (
    strategy_id text PRIMARY KEY REFERENCES strategies,
    symbol text NOT NULL,
    score double precision NOT NULL,
    performance double precision NOT NULL,
    frequency double precision NOT NULL,
    recency double precision NOT NULL,
    explanation jsonb NOT NULL,
    scored_at timestamptz NOT NULL
);

CREATE INDEX strategy_scores_symbol ON strategy_scores (symbol, score DESC);

-- Messages written in the transaction of the change that they announce, and
-- published after it; `published_at` is set when the bus has them.
CREATE TABLE outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room text NOT NULL,
    topic text NOT NULL,
    message_key text NOT NULL,
    message_value bytea NOT NULL,
    headers jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    published_at timestamptz
);

CREATE INDEX outbox_waiting ON outbox (room, outbox_id) WHERE published_at IS NULL;
