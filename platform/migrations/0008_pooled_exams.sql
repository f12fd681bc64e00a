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

-- What a strategy did on paper after a verdict, for 90 days: the gate's own score.
CREATE TABLE paper_records (
    strategy_id text NOT NULL REFERENCES strategies,
    verdict text NOT NULL CHECK (verdict IN ('unproven', 'refused', 'validated')),
    symbol text NOT NULL,
    since_at timestamptz NOT NULL,
    -- Hours up to here are in the sums.
    until_at timestamptz NOT NULL,
    exposure double precision NOT NULL,
    -- Excess x = R − exposure · M of each hour: how many, Σ x, Σ x²; Σ R.
    hours bigint NOT NULL DEFAULT 0,
    excess_sum double precision NOT NULL DEFAULT 0,
    excess_square_sum double precision NOT NULL DEFAULT 0,
    raw_return double precision NOT NULL DEFAULT 0,
    -- When the verdict was replaced by another, or its 90 days were over.
    ended_at timestamptz,
    PRIMARY KEY (strategy_id, verdict, since_at)
);

CREATE INDEX paper_records_open ON paper_records (symbol) WHERE ended_at IS NULL;

-- The newest day (UTC) whose paper records are written.
ALTER TABLE gate_progress ADD COLUMN paper_day date;

-- Evaluations that nothing refers to are forgotten after some days.
CREATE INDEX evaluations_created ON evaluations (symbol, created_at);
CREATE INDEX exam_passes_strategy ON exam_passes (strategy_id);
CREATE INDEX exam_passes_evaluation ON exam_passes (evaluation_id);
