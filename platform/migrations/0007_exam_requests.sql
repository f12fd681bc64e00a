-- The request of an exam as it was published, so that the same bytes can be
-- published again when no answer comes. NULL where none are known any more.

ALTER TABLE exams ADD COLUMN request bytea;

UPDATE exams SET request = outbox.message_value FROM outbox
WHERE outbox.room = 'strategy_confidence_scorer'
AND outbox.headers ->> 'request_id' = exams.request_id;
