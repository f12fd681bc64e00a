-- Evidence beside the gate, for strategies that matter: shown, never a threshold.
CREATE TABLE strategy_robustness (
    strategy_id text PRIMARY KEY REFERENCES strategies,
    symbol text NOT NULL,
    window_start_at timestamptz NOT NULL,
    window_end_at timestamptz NOT NULL,
    data_fingerprint text NOT NULL,
    code_version text NOT NULL,
    -- Distinct genomes that searches of the symbol tried on overlapping windows.
    trials bigint NOT NULL,
    deflated_sharpe double precision,
    overfitting_probability double precision,
    -- Checks, walk-forward matrix, and what it made since it was found.
    evidence jsonb NOT NULL,
    computed_at timestamptz NOT NULL
);
