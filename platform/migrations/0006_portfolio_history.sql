-- Why the portfolio changed, what the sizes were computed from, and what the
-- signals of the past looked like when they were computed.

-- Every entry into a symbol's approved set and every leaving, with the reason.
CREATE TABLE approval_changes (
    strategy_id text NOT NULL REFERENCES strategies,
    changed_at timestamptz NOT NULL,
    change text NOT NULL CHECK (change IN ('entered', 'left')),
    symbol text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (strategy_id, changed_at, change)
);

CREATE INDEX approval_changes_symbol ON approval_changes (symbol, changed_at DESC);

-- One row: a hash of all that the newest sizes depend on, so that a run whose
-- inputs are the same has nothing to do.
CREATE TABLE sizing_inputs (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    fingerprint text NOT NULL,
    sized_at timestamptz NOT NULL
);

-- A hash of the signals from the anchor up to `last_bar_at`: when the same bars
-- give others later, a candle was corrected.
ALTER TABLE signal_states ADD COLUMN history_digest text;

-- The gate lets few of many strategies trade; found without reading them all.
CREATE INDEX strategies_tradable ON strategies (status)
WHERE status IN ('validated', 'probation');
