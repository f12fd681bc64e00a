"""A dashboard as the JSON that Grafana imports.

Only what Grafana itself brings: time series, figures, and tables.
"""

from collections.abc import Sequence
from typing import Any

from tools.dashboards.panels import Dashboard, Panel, Row

SCHEMA_VERSION = 38
"""Grafana 10; newer versions read it and move it on by themselves."""
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24
_GREEN, _AMBER, _RED = "green", "orange", "red"


def document(dashboard: Dashboard) -> dict[str, Any]:
    """Return the JSON object that Grafana imports."""
    source = {
        "name": "datasource",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
        "refresh": 1,
        "hide": 0,
    }
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.help,
        "tags": ["tradestream"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "timezone": "utc",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [source, *dashboard.variables]},
        "links": [
            {
                "type": "dashboards",
                "tags": ["tradestream"],
                "title": "TradeStream",
                "asDropdown": True,
                "keepTime": True,
            }
        ],
        "panels": _laid_out(dashboard.rows),
    }


def _laid_out(rows: Sequence[Row]) -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = []
    top = 0
    for row in rows:
        place = {"x": 0, "y": top, "w": WIDTH, "h": 1}
        heading = {"type": "row", "title": row.title, "collapsed": False, "panels": []}
        panels.append({"id": len(panels) + 1, "gridPos": place, **heading})
        top += 1
        left = line = 0
        for panel in row.panels:
            if left + panel.width > WIDTH:
                top, left, line = top + line, 0, 0
            place = {"x": left, "y": top, "w": panel.width, "h": panel.height}
            panels.append({"id": len(panels) + 1, "gridPos": place, **_panel(panel)})
            left, line = left + panel.width, max(line, panel.height)
        top += line
    return panels


def _panel(panel: Panel) -> dict[str, Any]:
    instant = panel.kind != "timeseries"
    targets = [
        {
            "refId": chr(ord("A") + index),
            "datasource": DATASOURCE,
            "expr": query.expression,
            "legendFormat": query.legend or "__auto",
            "instant": instant,
            "range": not instant,
            "format": "table" if panel.kind == "table" else "time_series",
        }
        for index, query in enumerate(panel.queries)
    ]
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.help,
        "datasource": DATASOURCE,
        "targets": targets,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel),
        **({"transformations": _TABLE} if panel.kind == "table" else {}),
    }


_TABLE = [
    {
        "id": "organize",
        "options": {"excludeByName": {"Time": True, "job": True}},
    }
]


def _defaults(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": _GREEN, "value": None}]
    if panel.steps is not None:
        amber, red = panel.steps
        steps.append({"color": _AMBER, "value": amber})
        steps.append({"color": _RED, "value": red})
    found: dict[str, Any] = {
        "unit": panel.unit,
        "noValue": panel.empty,
        "thresholds": {"mode": "absolute", "steps": steps},
        "color": {"mode": "palette-classic" if not panel.steps else "thresholds"},
    }
    if panel.kind == "timeseries":
        found["color"] = {"mode": "palette-classic"}
        found["min"] = 0
        found["custom"] = {
            "drawStyle": "line",
            "lineWidth": 1,
            "fillOpacity": 20 if panel.stacked else 5,
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"mode": "normal" if panel.stacked else "none"},
        }
    elif panel.kind == "table" and panel.steps is not None:
        found["custom"] = {"cellOptions": {"type": "color-text"}}
    return found


def _options(panel: Panel) -> dict[str, Any]:
    if panel.kind == "stat":
        return {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "value" if panel.steps is None else "background",
            "graphMode": "none",
            "textMode": "auto",
        }
    if panel.kind == "table":
        return {"showHeader": True, "sortBy": [{"displayName": "Value", "desc": True}]}
    return {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
