-- The score of a strategy's best evaluation and the end of its latest one, beside
-- their ids: ranking a symbol's strategies must not visit an evaluation of each.

ALTER TABLE strategies ADD COLUMN best_score double precision;
ALTER TABLE strategies ADD COLUMN latest_window_end_at timestamptz;

UPDATE strategies AS s
SET best_score = b.score, latest_window_end_at = l.window_end_at
FROM evaluations AS b, evaluations AS l
WHERE b.evaluation_id = s.best_evaluation_id AND l.evaluation_id = s.latest_evaluation_id;

CREATE INDEX strategies_candidates ON strategies (symbol, best_score DESC NULLS LAST, strategy_id)
WHERE status = 'candidate';

-- What is to be forgotten is looked for by age, which mostly finds nothing.
CREATE INDEX evaluations_symbol_created ON evaluations (symbol, created_at);
