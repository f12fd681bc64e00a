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

  // ---- equity and drawdown ------------------------------------------------------
  function drawLines(box, charts, names, height, key) {
    const columns = charts.equity;
    const axis = {
      stroke: tone("--muted"), grid: { stroke: tone("--line"), width: 1 },
      ticks: { show: false }, font: "11px " + tone("--sans"),
    };
    const line = (label, colour, width, fill) => ({
      label, stroke: colour, width, fill, points: { show: false },
      value: (_, value) => percent(value, 2),
    });
    const dated = (_, ticks) => {
      const days = ticks.length > 1 && ticks[1] - ticks[0] >= 86400;
      return ticks.map((t) => (days ? stamp(t).slice(0, -6) : stamp(t)));
    };
    const hold = line("Buy and hold", tone("--hold"), 1.25);
    const own = line("Strategy", tone("--accent"), 1.75, faint("--accent", "1f"));
    const plot = new uPlot({
      width: box.clientWidth, height,
      cursor: { sync: { key }, points: { size: 6 }, drag: { x: true, y: false } },
      scales: { x: { time: true } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      series: [{ label: "Time", value: (_, t) => (t == null ? "–" : stamp(t)) }, own, hold],
      axes: [
        { ...axis, values: dated, space: 90, size: 32 },
        { ...axis, size: 58, space: 26, values: (_, ticks) => ticks.map((v) => percent(v)) },
      ],
    }, [timesOf(columns), columns[names[0]], columns[names[1]]], box);
    const watch = new ResizeObserver(() => {
      if (box.clientWidth && box.clientWidth !== plot.width) {
        plot.setSize({ width: box.clientWidth, height });
      }
    });
    watch.observe(box);
    return () => { watch.disconnect(); plot.destroy(); };
  }

  const DRAW = {
    candles: (box, charts) => drawCandles(box, charts),
    equity: (box, charts, key) => drawLines(box, charts, ["own", "hold"], 220, key),
    drawdown: (box, charts, key) =>
      drawLines(box, charts, ["own_drawdown", "hold_drawdown"], 140, key),
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
    document.title = (view.dataset.symbol ? view.dataset.symbol + " · " : "") + "TradeStream";
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
