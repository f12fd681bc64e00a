-- Exams of a group of symbols, the refused on paper, and what may be forgotten.

-- A group is examined like a symbol; `symbol` holds its name, e.g. `group:all`.
-- Its members as they were when the exam was asked for; NULL for one symbol.
ALTER TABLE exams ADD COLUMN members text[];

-- What a genome that passed did on each member of a group.
ALTER TABLE exam_passes ADD COLUMN members jsonb;

ALTER TABLE status_changes DROP CONSTRAINT status_changes_door_check;
ALTER TABLE status_changes ADD CONSTRAINT status_changes_door_check
    CHECK (door IN ('A', 'B', 'P'));

-- What all claims of the symbol's life may spend; the line is 1 ÷ (budget · 6/(π²k²)).
ALTER TABLE claims ADD COLUMN budget double precision NOT NULL DEFAULT 0.025;

-- What a strategy did on paper after a verdict: the gate's own score. One row a
-- strategy and verdict; hours are added exactly once.
CREATE TABLE paper_records (
    strategy_id text NOT NULL REFERENCES strategies,
    symbol text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('unproven', 'refused', 'validated')),
    since_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    anchor_at timestamptz NOT NULL,
    price_tick double precision NOT NULL,
    volume_lot double precision NOT NULL,
    exposure double precision NOT NULL,
    fee_bps double precision NOT NULL,
    slippage_bps double precision NOT NULL,
    code_version text NOT NULL,
    -- Excess x = R − exposure · M of each hour: how many, Σ x, Σ x².
    hours bigint NOT NULL DEFAULT 0,
    excess_sum double precision NOT NULL DEFAULT 0,
    excess_square_sum double precision NOT NULL DEFAULT 0,
    raw_return double precision NOT NULL DEFAULT 0,
    trips bigint NOT NULL DEFAULT 0,
    ended_at timestamptz,
    ended_reason text,
    PRIMARY KEY (strategy_id, verdict, since_at)
);

CREATE INDEX paper_records_open ON paper_records (symbol) WHERE ended_at IS NULL;

-- Evaluations that nothing refers to are forgotten after some days.
CREATE INDEX evaluations_created ON evaluations (created_at);
CREATE INDEX exam_passes_evaluation ON exam_passes (evaluation_id);
