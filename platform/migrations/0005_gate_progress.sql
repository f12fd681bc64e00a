-- How far the gate has come with each symbol, and what proves that the candles
-- under a claim are still the same.

CREATE TABLE gate_progress (
    symbol text PRIMARY KEY,
    -- Candles corrected before this have been dealt with.
    corrections_checked_at timestamptz,
    -- The newest day (UTC) whose claims are registered.
    claims_day date,
    -- What the scores were computed from, in short.
    scored_inputs text
);

-- Training ended here, at or before birth; `training_fingerprint` is the hash of
-- the bars from `anchor_at` up to here, `folded_fingerprint` up to `folded_until`.
ALTER TABLE claims ADD COLUMN trained_until timestamptz;
ALTER TABLE claims ADD COLUMN folded_fingerprint text NOT NULL DEFAULT '';
ALTER TABLE claims ADD COLUMN proven_at timestamptz;
ALTER TABLE claims ADD COLUMN proven_evidence double precision;

CREATE INDEX evaluations_stale ON evaluations (symbol) WHERE stale;
