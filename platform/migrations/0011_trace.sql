-- The way from an approval back to the search or exam behind it, also after the
-- strategy left the set. No keys: evaluations are forgotten after some days.

ALTER TABLE approval_changes ADD COLUMN evaluation_id text;
ALTER TABLE approval_changes ADD COLUMN request_id text;

UPDATE approval_changes AS c
SET evaluation_id = e.evaluation_id, request_id = e.request_id
FROM approved_strategies AS a JOIN evaluations AS e USING (evaluation_id)
WHERE c.strategy_id = a.strategy_id AND c.change = 'entered'
AND c.changed_at = a.as_of;
