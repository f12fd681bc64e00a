-- How much likelier the hours since validation are without the edge than with it,
-- as a logarithm from the best point on; a validated claim retires at 5.
ALTER TABLE claims ADD COLUMN doubt double precision NOT NULL DEFAULT 0
    CHECK (doubt >= 0);
