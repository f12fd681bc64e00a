"use strict";
// Shows one market at a time, draws its charts when it is first seen, and, where the
// page is served, reads it again now and then. Everything else is plain HTML.
(() => {
  const data = JSON.parse(document.getElementById("charts").textContent);
  const switcher = document.getElementById("switcher");
  const views = [...document.querySelectorAll(".view")];
  const drawn = new Map();
  document.documentElement.classList.add("js");

  const tone = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const faint = (name, alpha) => tone(name) + alpha;
  const percent = (value, digits = 1) =>
    value == null ? "–" : (value * 100).toFixed(digits).replace("-", "−") + " %";
  const two = (n) => String(n).padStart(2, "0");
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const stamp = (seconds) => {
    const at = new Date(seconds * 1000);
    return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ` +
      `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  };

  // Times come as a start and the steps from each to the next.
  function timesOf({ start, step, gaps }) {
    const times = [start];
    for (const gap of gaps) times.push(times[times.length - 1] + gap * step);
    return times;
  }

  // ---- candles ---------------------------------------------------------------
  function barsOf(columns) {
    return timesOf(columns).map((time, i) => ({
      time, open: columns.o[i], high: columns.h[i], low: columns.l[i], close: columns.c[i],
    }));
  }

  // Trades stand on the bar that holds them; of a crowd in one bar, one of a kind.
  function markersOf(trades, columns) {
    const held = new Set(timesOf(columns)), seen = new Set(), found = [];
    const put = (seconds, kind, gained) => {
      const time = Math.floor(seconds / columns.step) * columns.step;
      if (!held.has(time) || seen.has(kind + time)) return;
      seen.add(kind + time);
      found.push(kind === "in"
        ? { time, position: "belowBar", shape: "arrowUp", color: tone("--enter"), size: 1 }
        : { time, position: "aboveBar", shape: "arrowDown", size: 1,
            color: tone(gained ? "--up" : "--down") });
    };
    for (const [entered, , left, , result] of trades) {
      put(entered, "in");
      put(left, "out", result > 0);
    }
    return found.sort((a, b) => a.time - b.time);
  }

  function drawCandles(box, charts) {
    const LW = LightweightCharts;
    const chart = LW.createChart(box, {
      autoSize: true,
      layout: {
        background: { color: "transparent" }, textColor: tone("--muted"), fontSize: 11,
        fontFamily: tone("--sans"), attributionLogo: true,
      },
      grid: { vertLines: { visible: false }, horzLines: { color: tone("--line") } },
      rightPriceScale: { borderVisible: false },
      timeScale: { borderVisible: false, timeVisible: true, secondsVisible: false },
      handleScroll: { vertTouchDrag: false, mouseWheel: false },
      handleScale: { mouseWheel: false },
      localization: { timeFormatter: (seconds) => stamp(seconds) + " UTC" },
    });
    const series = chart.addSeries(LW.CandlestickSeries, {
      upColor: tone("--up"), downColor: tone("--down"), borderVisible: false,
      wickUpColor: tone("--up"), wickDownColor: tone("--down"),
      priceFormat: {
        type: "price", precision: charts.digits, minMove: Math.pow(10, -charts.digits),
      },
    });
    const markers = LW.createSeriesMarkers(series, []);
    const show = (span) => {
      const columns = charts[span] || charts.all;
      series.setData(barsOf(columns));
      markers.setMarkers(markersOf(charts.trades || [], columns));
      chart.timeScale().fitContent();
    };
    const buttons = box.parentElement.querySelectorAll("[data-span]");
    const pick = (span) => {
      buttons.forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.span === span)));
      show(span);
    };
    buttons.forEach((b) => { b.onclick = () => pick(b.dataset.span); });
    pick(charts.recent ? "recent" : "all");
    return () => chart.remove();
  }

  // ---- lines and bars over time -------------------------------------------------
  // A dashed line stands at the birth of a strategy: bars after it prove something.
  const birthOf = (born) => (plot) => {
    const { min, max } = plot.scales.x;
    if (born == null || born < min || born > max) return;
    const { ctx, bbox } = plot, x = Math.round(plot.valToPos(born, "x", true));
    ctx.save();
    ctx.strokeStyle = tone("--ink");
    ctx.globalAlpha = 0.7;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  };

  function plotOver(box, { times, values, series, format, height, key, born, y, axis: more }) {
    const axis = {
      stroke: tone("--muted"), grid: { stroke: tone("--line"), width: 1 },
      ticks: { show: false }, font: "11px " + tone("--sans"),
    };
    const dated = (_, ticks) => {
      const days = ticks.length > 1 && ticks[1] - ticks[0] >= 86400;
      return ticks.map((t) => (days ? stamp(t).slice(0, -6) : stamp(t)));
    };
    const plot = new uPlot({
      width: box.clientWidth, height,
      cursor: { sync: { key }, points: { size: 6 }, drag: { x: true, y: false } },
      scales: { x: { time: true }, y: y || {} },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      series: [{ label: "Time", value: (_, t) => (t == null ? "–" : stamp(t)) }, ...series],
      axes: [
        { ...axis, values: dated, space: 90, size: 32 },
        { ...axis, size: 58, space: 26, values: (_, ticks) => ticks.map(format), ...more },
      ],
      hooks: { draw: [birthOf(born)] },
    }, [times, ...values], box);
    const watch = new ResizeObserver(() => {
      if (box.clientWidth && box.clientWidth !== plot.width) {
        plot.setSize({ width: box.clientWidth, height });
      }
    });
    watch.observe(box);
    return () => { watch.disconnect(); plot.destroy(); };
  }

  const line = (label, colour, width, value, more) => ({
    label, stroke: colour, width, points: { show: false },
    value: (_, v) => value(v), ...more,
  });

  function drawLines(box, charts, names, height, key) {
    const columns = charts.equity, told = (v) => percent(v, 2);
    return plotOver(box, {
      times: timesOf(columns), values: names.map((name) => columns[name]), height, key,
      born: charts.born, format: (v) => percent(v),
      series: [
        line("Strategy", tone("--accent"), 1.75, told, { fill: faint("--accent", "1f") }),
        line("Buy and hold", tone("--hold"), 1.25, told),
      ],
    });
  }

  // ---- evidence -----------------------------------------------------------------
  const short = (value) =>
    value == null ? "" : value >= 10000 || value < 0.001
      ? value.toExponential(0).replace("e+", "e") : String(Number(value.toPrecision(3)));

  const told = (value) => short(value) || "–";

  // A logarithmic axis: powers of ten, at most seven of them.
  const decade = (value) => Math.pow(10, Math.floor(Math.log10(value)));
  function powers(low, high) {
    const first = Math.ceil(Math.log10(low)), last = Math.floor(Math.log10(high));
    const step = Math.max(1, Math.ceil((last - first + 1) / 7)), ticks = [];
    for (let power = first; power <= last; power += step) {
      ticks.push(Number("1e" + power));
    }
    return {
      y: { distr: 3, log: 10, range: () => [low, high] },
      axis: { splits: () => ticks, filter: (_, splits) => splits },
    };
  }

  function drawEvidence(box, charts, key) {
    const columns = charts.evidence, times = timesOf(columns);
    const first = Math.max(columns.e.findIndex((e) => e != null), 0);
    const last = columns.e.findLastIndex((e) => e != null) + 1;
    const e = columns.e.slice(first, last), known = e.filter((v) => v != null);
    const low = decade(Math.min(0.5, ...known)), high = Math.max(columns.line, ...known) * 2;
    return plotOver(box, {
      times: times.slice(first, last).map((t) => t + columns.step * columns.block),
      values: [e, e.map(() => columns.line), e.map(() => 1)], height: 240, key,
      format: short, ...powers(low, high),
      series: [
        line("Evidence e", tone("--accent"), 2, told),
        line("Line to cross", tone("--down"), 1.5, told, { dash: [6, 4] }),
        line("At birth", tone("--hold"), 1, told, { dash: [2, 4] }),
      ],
    });
  }

  function drawExcess(box, charts, key) {
    const columns = charts.evidence, bars = uPlot.paths.bars({ size: [0.8, 14] });
    const told = (v) => percent(v, 3);
    const bar = (label, colour) => line(label, colour, 0, told, { fill: colour, paths: bars });
    return plotOver(box, {
      times: timesOf(columns).map((t) => t + columns.step * columns.block), height: 170, key,
      values: [1, -1].map((sign) => columns.x.map((v) => (v * sign > 0 ? v : null))),
      series: [bar("Gained", tone("--up")), bar("Lost", tone("--down"))],
      format: (v) => percent(v, 2), born: charts.born,
    });
  }

  // Evidence of many claims, each as a share of its own line.
  function drawRace(box, charts, key) {
    const { times, claims } = charts.race;
    const colours = ["--accent", "--enter", "--probation", "--stale", "--up", "--candidate"];
    const values = claims.map((claim) => claim.e);
    const known = values.flat().filter((v) => v != null);
    const low = decade(Math.max(Math.min(...known), 1e-7)), high = Math.max(1, ...known) * 2;
    return plotOver(box, {
      times: timesOf(times), height: 280, key,
      values: [...values, timesOf(times).map(() => 1)], format: short,
      ...powers(low, high),
      series: [
        ...claims.map((claim, i) =>
          line(claim.label, tone(colours[i % colours.length]), i < 6 ? 1.75 : 1, told)),
        line("Line", tone("--down"), 1.5, told, { dash: [6, 4] }),
      ],
    });
  }

  const DRAW = {
    candles: (box, charts) => drawCandles(box, charts),
    equity: (box, charts, key) => drawLines(box, charts, ["own", "hold"], 220, key),
    drawdown: (box, charts, key) =>
      drawLines(box, charts, ["own_drawdown", "hold_drawdown"], 140, key),
    evidence: drawEvidence,
    excess: drawExcess,
    race: drawRace,
  };

  function draw(view) {
    for (const box of view.querySelectorAll("[data-chart]")) {
      const charts = data[box.dataset.key];
      if (drawn.has(box) || !charts) continue;
      drawn.set(box, DRAW[box.dataset.chart](box, charts, box.dataset.key));
    }
  }

  // ---- which market is shown ------------------------------------------------------
  function shown() {
    const wanted = decodeURIComponent(location.hash.slice(1));
    return views.find((v) => v.dataset.symbol === wanted) || views[0];
  }

  function show() {
    const view = shown();
    views.forEach((v) => v.classList.toggle("shown", v === view));
    if (switcher) switcher.value = view.dataset.symbol || "";
    const title = view.dataset.title || view.dataset.symbol;
    document.title = (title ? title + " · " : "") + "TradeStream";
    draw(view);
  }

  addEventListener("hashchange", () => { show(); scrollTo(0, 0); });
  if (switcher) switcher.onchange = () => { location.hash = switcher.value; };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    drawn.forEach((remove) => remove());
    drawn.clear();
    draw(shown());
  });
  show();

  // ---- a served page reads itself again, but not under the reader's hands ------------
  const every = Number(document.body.dataset.refresh || 0);
  if (every > 0) {
    let touched = 0;
    for (const event of ["pointerdown", "keydown", "wheel", "touchmove"]) {
      addEventListener(event, () => { touched = Date.now(); }, { passive: true });
    }
    setInterval(() => {
      if (!document.hidden && Date.now() - touched > 20000) location.reload();
    }, every * 1000);
  }
})();
