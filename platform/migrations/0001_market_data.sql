-- One-minute bars, their instruments, and the minutes that a venue never had.

CREATE TABLE market_data (
    symbol text NOT NULL,
    timestamp timestamptz NOT NULL,
    open numeric(20, 10) NOT NULL CHECK (open > 0),
    high numeric(20, 10) NOT NULL,
    low numeric(20, 10) NOT NULL CHECK (low > 0),
    close numeric(20, 10) NOT NULL CHECK (close > 0),
    volume numeric(30, 10) NOT NULL CHECK (volume >= 0),
    source text NOT NULL,
    written_at timestamptz NOT NULL,
    corrected_at timestamptz,
    PRIMARY KEY (symbol, timestamp),
    CHECK (high >= low AND high >= open AND high >= close AND low <= open AND low <= close)
);

CREATE INDEX market_data_symbol_timestamp_desc ON market_data (symbol, timestamp DESC);
CREATE INDEX market_data_corrected ON market_data (symbol, corrected_at) WHERE corrected_at IS NOT NULL;

CREATE TABLE instruments (
    symbol text PRIMARY KEY,
    price_tick double precision NOT NULL CHECK (price_tick > 0),
    volume_lot double precision NOT NULL CHECK (volume_lot > 0)
);

-- Spans [start_at, end_at) in which the venue itself has no bars.
CREATE TABLE venue_holes (
    symbol text NOT NULL,
    start_at timestamptz NOT NULL,
    end_at timestamptz NOT NULL CHECK (end_at > start_at),
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (symbol, start_at)
);
