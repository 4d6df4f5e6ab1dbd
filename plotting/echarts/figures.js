// Draws every figure of the page: each element of class nqm-figure holds a
// still image and, as JSON, the ECharts option of the same figure, or the
// options of all frames of one with a slider. The still image is replaced once
// the interactive figure stands.
//
// A page asks for drawing by window.nqmFigures.draw(); each figure's own small
// script does so when its output comes alive, in whatever order that happens.
// What an ECharts option has no word for stands in it under the name nqm; the
// Go type chartExtra says what that is.
"use strict";

var ink = {
  light: { text: "#1a1a1a", muted: "#5f6368", grid: "#e3e5e8", paper: "#ffffff" },
  dark: { text: "#e8eaed", muted: "#a8adb4", grid: "#3c4046", paper: "#1e1f22" },
};

// inks returns the colours of a figure on its page, whose own paper it stands on.
function inks(box) {
  var c = Object.assign({}, isDark() ? ink.dark : ink.light);
  for (var e = box; e; e = e.parentElement) {
    var own = getComputedStyle(e).backgroundColor;
    if (/^rgb\(/.test(own)) { c.paper = own; break; }
  }
  return c;
}

// isDark says whether the page's theme is dark: JupyterLab's or VS Code's own
// mark where there is one, else the reader's preference where the page follows
// it.
function isDark() {
  var body = document.body;
  var lab = body && body.getAttribute("data-jp-theme-light");
  if (lab) return lab === "false";
  var code = body && body.getAttribute("data-vscode-theme-kind");
  if (code) return /dark|black/.test(code) || code === "vscode-high-contrast";
  return getComputedStyle(document.documentElement).colorScheme.indexOf("dark") >= 0 &&
    window.matchMedia("(prefers-color-scheme: dark)").matches;
}

// number writes v in at most five digits.
function number(v) {
  if (typeof v !== "number" || !isFinite(v)) return String(v);
  var s = Number.isInteger(v) && Math.abs(v) < 1e7 ? String(v) : String(Number(v.toPrecision(5)));
  if (Math.abs(v) >= 1e7 && !/e/.test(s)) s = Number(v.toPrecision(5)).toExponential();
  if (Math.abs(v) >= 1e4 && !/e/.test(s)) s = s.replace(/\d(?=(\d{3})+(\.|$))/g, "$&\u2009");
  return s.replace(/^-/, "−").replace(/e\+?(-?\d+)$/, function (all, e) { return "·10" + raised(e); }).replace(/^(−?)1·/, "$1");
}

var superscripts = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function raised(e) { return String(e).replace(/./g, function (c) { return superscripts[c]; }); }

// power writes the ticks of a logarithmic axis as powers of its base.
function power(base) {
  return function (v) {
    var e = Math.round(Math.log(v) / Math.log(base));
    if (Math.abs(v / Math.pow(base, e) - 1) > 1e-9) return "";
    if (base === 10 && e >= 0 && e <= 2) return String(Math.pow(10, e));
    return base + raised(e);
  };
}

// unmapped returns the number that stands at a place of an axis: a symmetric
// axis is drawn of mapped numbers.
function unmapped(axis, u) {
  if (!axis.linear || typeof u !== "number") return u;
  return (u < 0 ? -1 : 1) * axis.linear * (Math.pow(10, Math.abs(u)) - 1);
}

function escape(s) {
  return String(s).replace(/[&<>"']/g, function (c) { return "&#" + c.charCodeAt(0) + ";"; });
}

var ruler = document.createElement("canvas").getContext("2d");

// widthOf returns the width of a text in pixels.
function widthOf(text, font) {
  ruler.font = font;
  return ruler.measureText(text).width;
}

// stretches splits a list of points at its holes.
function stretches(data) {
  var all = [[]];
  data.forEach(function (p) {
    if (p[0] === null) all.push([]);
    else all[all.length - 1].push(p);
  });
  return all.filter(function (s) { return s.length; });
}

// polygons draws a band: its data are the points of closed outlines.
function polygons(data, style) {
  return function (params, api) {
    if (params.context.done) return null;
    params.context.done = true;
    return {
      type: "group",
      silent: true,
      children: stretches(data).map(function (outline) {
        return {
          type: "polygon",
          transition: [],
          shape: { points: outline.map(function (p) { return api.coord(p); }) },
          style: { fill: style.color, opacity: style.opacity },
        };
      }),
    };
  };
}

// bars draws rectangles from left to right edge on a common foot.
function bars(data, style, foot, paper) {
  return function (params, api) {
    var d = data[params.dataIndex];
    var a = api.coord([d[0], foot]), b = api.coord([d[1], d[2]]);
    return {
      type: "rect",
      transition: [],
      shape: { x: a[0], y: Math.min(a[1], b[1]), width: Math.max(b[0] - a[0], 0.5), height: Math.abs(b[1] - a[1]) },
      style: { fill: style.color, opacity: style.opacity, stroke: paper, lineWidth: 0.5 },
    };
  };
}

function mixed(stops, at) {
  var u = Math.min(Math.max(at, 0), 1) * (stops.length - 1), k = Math.min(Math.floor(u), stops.length - 2);
  return [1, 3, 5].map(function (i) {
    var a = parseInt(stops[k].slice(i, i + 2), 16), b = parseInt(stops[k + 1].slice(i, i + 2), 16);
    return Math.round(a + (b - a) * (u - k));
  });
}

// shade returns where a number lies in the colours of a heat map.
function shade(heat, z) {
  if (heat.base) return Math.log(z / heat.min) / Math.log(heat.max / heat.min);
  return (z - heat.min) / (heat.max - heat.min);
}

// cellAt returns the cell whose edges hold a number, or -1.
function cellAt(edges, v) {
  for (var i = 0; i + 1 < edges.length; i++) if (edges[i] <= v && v <= edges[i + 1]) return i;
  return -1;
}

// heatImage paints the part of a heat map that a chart shows, a pixel of the
// image for each of the screen.
function heatImage(h, box, api) {
  var canvas = document.createElement("canvas"), nx = h.x.length - 1;
  canvas.width = Math.max(1, Math.round(box.width));
  canvas.height = Math.max(1, Math.round(box.height));
  var ctx = canvas.getContext("2d"), image = ctx.createImageData(canvas.width, canvas.height);
  var right = h.x.map(function (v) { return api.coord([v, h.y[0]])[0] - box.x; });
  var down = h.y.map(function (v) { return box.y + box.height - api.coord([h.x[0], v])[1]; });
  var beyond = mixed([h.beyond, h.beyond], 0), columns = [], colors = h.z.map(function (z) { return z === null ? beyond : mixed(h.stops, shade(h, z)); });
  for (var px = 0; px < canvas.width; px++) columns.push(cellAt(right, px + 0.5));
  for (var py = 0; py < canvas.height; py++) {
    var row = cellAt(down, canvas.height - py - 0.5);
    for (px = 0; px < canvas.width; px++) {
      if (row < 0 || columns[px] < 0) continue;
      var c = colors[row * nx + columns[px]], at = 4 * (py * canvas.width + px);
      image.data[at] = c[0]; image.data[at + 1] = c[1]; image.data[at + 2] = c[2]; image.data[at + 3] = 255;
    }
  }
  ctx.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

function heatItem(panel) {
  return function (params, api) {
    var box = params.coordSys;
    return {
      type: "image", silent: true, transition: [],
      style: { image: heatImage(panel.heat, box, api), x: box.x, y: box.y, width: box.width, height: box.height },
    };
  };
}

// colorBar returns the bar of colours beside a heat map, as graphic elements.
function colorBar(h, box, c) {
  var n = 64, parts = [], x = box.left + box.width + 12 + box.ends;
  for (var k = 0; k < n; k++) {
    parts.push({
      type: "rect", silent: true,
      shape: { x: x, y: box.top + box.height * (1 - (k + 1) / n), width: 12, height: box.height / n + 0.6 },
      style: { fill: "rgb(" + mixed(h.stops, (k + 0.5) / n).join(",") + ")" },
    });
  }
  h.ticks.forEach(function (t) {
    parts.push({ type: "text", silent: true, x: x + 16, y: box.top + box.height * (1 - t.at),
      style: { text: t.label, fill: c.muted, font: small, verticalAlign: "middle" } });
  });
  var widest = Math.max.apply(null, [0].concat(h.ticks.map(function (t) { return widthOf(t.label, small); })));
  parts.push({ type: "text", silent: true, x: x + 26 + widest, y: box.top + box.height / 2, rotation: Math.PI / 2,
    style: { text: h.label, fill: c.text, font: small, align: "center", verticalAlign: "middle" } });
  return parts;
}

// The rooms around the data of a panel, in pixels.
var room = { left: 66, blank: 16, right: 22, axis: 58, panelTitle: 17, upright: 15, heat: 84, narrow: 430 };

// broken breaks a text into lines at its spaces, of which those within values
// hold, unless a value is wider than a line.
function broken(text, font, width) {
  var lines = [""];
  function fits(part) { return widthOf(part, font) <= width; }
  function add(part, space) {
    var last = lines.length - 1, longer = lines[last] ? lines[last] + space + part : part;
    if (!lines[last] || fits(longer)) lines[last] = longer;
    else lines.push(part);
  }
  text.split(" ").forEach(function (value) {
    if (fits(value)) return add(value, " ");
    value.split(glue).forEach(function (word, k) {
      if (fits(word)) return add(word, k ? glue : " ");
      Array.from(word).forEach(function (letter, n) { add(letter, n ? "" : k ? glue : " "); });
    });
  });
  return lines;
}

var glue = "\u00a0", small = "12px sans-serif", heading = "bold 15px sans-serif", panelHeading = "13px sans-serif";

// cutApart cuts texts that are wider than the room so that those that differ
// stay different: at the end, or in the middle. It returns the short of each.
function cutApart(texts, font, width) {
  var short = {}, all = texts.filter(function (t, k) { return texts.indexOf(t) === k; });
  [0, 0.5].some(function (tail) {
    var seen = {};
    all.forEach(function (t) {
      var letters = Array.from(t), n = letters.length, s = t;
      while (n > 1 && widthOf(s, font) > width) {
        var last = Math.floor(--n * tail);
        s = letters.slice(0, n - last).join("") + "…" + letters.slice(letters.length - last).join("");
      }
      seen[short[t] = s] = true;
    });
    return Object.keys(seen).length === all.length;
  });
  return short;
}

// named returns the entries of the legend: a name that is a panel's title
// needs none.
function named(option) {
  var n = option.nqm;
  return (option.legend.data || []).filter(function (name) {
    return !n.panels.some(function (p) { return p.title && p.title.split(glue).join(" ") === name; }) &&
      option.series.some(function (s, k) { return s.name === name && n.series[k].kind !== "heat"; });
  });
}

// uprightsOf returns the labels that stand above the data of a panel, of marks
// from bottom to top: each in a row in which it meets no other.
function uprightsOf(option, panel, width) {
  var x = option.xAxis[panel], f = option.nqm.panels[panel].x.base ? Math.log : Number, ends = [], labels = [];
  function place(v) { return (f(v) - f(x.min)) / (f(x.max) - f(x.min)) * width; }
  function add(name, v) {
    var own = widthOf(name, small), at = place(v), from = at - own / 2, position = "inside", row = 0;
    if (from < 0) { from = at; position = "right"; }
    if (from + own > width) { from = at - own; position = "left"; }
    while (ends[row] && ends[row].some(function (e) { return from < e[1] + 8 && e[0] < from + own + 8; })) row++;
    (ends[row] = ends[row] || []).push([from, from + own]);
    labels.push({ name: name, x: v, row: row, position: position });
  }
  option.series.forEach(function (s, k) {
    if (option.nqm.series[k].kind !== "marks" || (s.yAxisIndex || 0) !== panel) return;
    ((s.markLine || {}).data || []).forEach(function (d) { if (d.xAxis !== undefined && d.name) add(d.name, d.xAxis); });
    ((s.markArea || {}).data || []).forEach(function (e) {
      if (e[0].xAxis === undefined || !e[0].name) return;
      add(e[0].name, f === Math.log ? Math.sqrt(e[0].xAxis * e[1].xAxis) : (e[0].xAxis + e[1].xAxis) / 2);
    });
  });
  return { labels: labels, rows: ends.length };
}

// spread returns by how much each label in the right margin of a panel moves, so
// that no two meet.
function spread(option, panel, height) {
  var y = option.yAxis[panel], x = option.xAxis[panel], logX = option.nqm.panels[panel].x.base, logY = option.nqm.panels[panel].y.base, ends = [];
  function share(a, log, v) { var f = log ? Math.log : Number; return (f(v) - f(a.min)) / (f(a.max) - f(a.min)); }
  option.nqm.series.forEach(function (e, k) {
    var s = option.series[k], last = e.end && (s.yAxisIndex || 0) === panel && s.data[s.data.length - 1];
    if (!last || last[0] === null || share(x, logX, last[0]) < 0.9) return;
    var at = height * (1 - share(y, logY, last[1]));
    ends.push({ series: k, at: at, label: at });
  });
  ends.sort(function (a, b) { return a.at - b.at; });
  for (var round = 0, moved = true; moved && round < 100; round++) {
    moved = false;
    for (var k = 1; k < ends.length; k++) {
      var lack = 14 - (ends[k].label - ends[k - 1].label);
      if (lack > 1e-6) { ends[k - 1].label -= lack / 2; ends[k].label += lack / 2; moved = true; }
    }
  }
  var shifts = {};
  ends.forEach(function (e) { shifts[e.series] = e.label - e.at; });
  return shifts;
}

// plan lays a figure out for a width: what stands where, and the height.
function plan(option, width) {
  var n = option.nqm, title = option.title.text, names = named(option);
  var columns = Math.max(1, Math.min(n.columns, Math.floor(width / 260)));
  var left = n.panels.every(function (q) { return q.y.blank; }) ? room.blank : room.left;
  var p = { columns: columns, boxes: [], title: broken(title, heading, width - 142) };
  p.subtitle = option.title.subtext ? broken(option.title.subtext, panelHeading, width - 142) : [];
  p.legendTop = 8 + 20 * p.title.length + 17 * p.subtitle.length;
  var rows = names.length ? 1 : 0, used = 0;
  names.forEach(function (name) {
    var w = Math.min(widthOf(name, small), width - 90, 420) + 48;
    if (used && used + w > width - 16) { rows++; used = 0; }
    used += w;
  });
  p.scroll = rows > 6;
  var top = p.legendTop + 12 + 22 * (p.scroll ? 1 : rows), cell = width / columns;
  var right = n.panels.map(function (q, i) {
    var widest = 0, names = [];
    n.series.forEach(function (s, k) {
      if (!s.end || cell <= room.narrow && s.kind !== "marks" || (option.series[k].yAxisIndex || 0) !== i) return;
      names.push(s.end);
      widest = Math.min(Math.max(widest, widthOf(s.end, small) + 10), 0.3 * cell);
    });
    return { ends: widest, short: cutApart(names, small, widest - 10), all: room.right + widest + (q.heat ? room.heat : 0) };
  });
  var height = n.height;
  if (columns < n.columns && columns === 1) height = Math.max(height, 210);
  p.titles = n.panels.map(function (q) { return q.title ? broken(q.title, panelHeading, Math.max(cell - left - 6, 40)) : []; });
  for (var first = 0; first < n.panels.length; first += columns) {
    var lines = Math.max.apply(null, p.titles.slice(first, first + columns).map(function (t) { return t.length; }));
    var widths = n.panels.slice(first, first + columns).map(function (q, column) {
      var aside = 0;
      right.forEach(function (r, k) { if (k % columns === column) aside = Math.max(aside, r.all); });
      return Math.max(cell - left - aside, 40);
    });
    var uprights = widths.map(function (w, column) { return uprightsOf(option, first + column, w); });
    var above = room.upright * Math.max.apply(null, uprights.map(function (u) { return u.rows; }));
    top += (lines ? 7 + room.panelTitle * lines : 0) + above;
    n.panels.slice(first, first + columns).forEach(function (q, column) {
      p.boxes.push({
        left: column * cell + left, top: top, uprights: uprights[column], shifts: spread(option, first + column, height), above: room.upright * uprights[column].rows,
        width: widths[column], height: height, ends: right[first + column].ends, short: right[first + column].short, outerBoundsMode: "none",
      });
    });
    top += height + room.axis;
  }
  p.ends = cell > room.narrow;
  p.height = top;
  return p;
}

// tooltip lists the value of each line at the pointer's x, or of the point or
// bar under the pointer, as text.
function tooltip(option) {
  return function (items) {
    items = [].concat(items).filter(function (i) {
      return Array.isArray(i.value) && i.seriesName && option.nqm.series[i.seriesIndex].kind !== "marks" && (i.seriesType !== "custom" || i.value.length === 3);
    });
    if (!items.length) return "";
    var axis = option.series[items[0].seriesIndex].xAxisIndex || 0, panel = option.nqm.panels[axis];
    var v = items[0].value, bar = v.length === 3;
    var x = number(unmapped(panel.x, v[0])) + (bar ? " … " + number(unmapped(panel.x, v[1])) : "");
    var row = panel.y.blank ? rowAt(option, axis, v[1]) : "";
    return (row ? "<b>" + escape(row) + "</b><br>" : "") + escape(option.xAxis[axis].name || "x") + " = <b>" + x + "</b>" + items.map(function (i) {
      if (panel.y.blank) return "<br>" + i.marker + escape(i.seriesName);
      return "<br>" + i.marker + escape(i.seriesName) + ": <b>" + number(unmapped(panel.y, i.value[bar ? 2 : 1])) + "</b>";
    }).join("") + (option.yAxis[axis].name ? '<br><span style="opacity:.7">' + escape(option.yAxis[axis].name) + "</span>" : "");
  };
}

// rowAt returns the name of the row of a panel without a second axis that a point
// stands in: the method.
function rowAt(option, panel, y) {
  var name = "";
  option.series.forEach(function (s, k) {
    if (option.nqm.series[k].kind !== "marks" || (s.yAxisIndex || 0) !== panel) return;
    ((s.markArea || {}).data || []).forEach(function (e) { if (e[0].yAxis <= y && y <= e[1].yAxis) name = e[0].name || name; });
  });
  return name;
}

// increasing says whether the lines of a chart are functions of x, so that a
// tooltip at one x makes sense.
function increasing(option) {
  return option.series.every(function (s, i) {
    var kind = option.nqm.series[i].kind;
    if (option.nqm.panels[s.yAxisIndex || 0].y.blank) return false;
    if (kind === "bar" || kind === "path" || kind === "heat" || kind === "contour") return false;
    return s.type !== "line" || s.data.every(function (p, k) { return k === 0 || p[0] === null || s.data[k - 1][0] === null || p[0] >= s.data[k - 1][0]; });
  });
}

// tools are the buttons of a chart: zoom by dragging a box, go back, save.
function tools(c, name) {
  return {
    right: 8, top: 0, itemSize: 13, iconStyle: { borderColor: c.muted },
    feature: {
      dataZoom: { title: { zoom: "zoom", back: "undo zoom" }, filterMode: "none" },
      restore: { title: "reset" },
      saveAsImage: { title: "save as SVG", name: name.replace(/[^\w.,()=-]+/g, " ").trim() || "figure", backgroundColor: c.paper },
    },
  };
}

// recent returns the part of a series that lies before a time.
function recent(data, time, now) {
  if (now === null || !time) return data;
  return data.filter(function (_, k) { return time[k] <= now; });
}

// arrow points along the end of a path.
function arrow(data, color, width) {
  var tail = data.length - 1, from = tail - 1, span = 0;
  data.forEach(function (p) { span = Math.max(span, Math.abs(p[0] - data[tail][0]), Math.abs(p[1] - data[tail][1])); });
  while (from > 0 && Math.max(Math.abs(data[from][0] - data[tail][0]), Math.abs(data[from][1] - data[tail][1])) < 0.02 * span) from--;
  if (tail < 1 || span === 0) return undefined;
  return {
    silent: true, animation: false, symbol: ["none", "arrow"], symbolSize: 9, label: { show: false },
    lineStyle: { color: color, width: width, type: "solid" }, data: [[{ coord: data[from] }, { coord: data[tail] }]],
  };
}

function dressAxis(a, extra, c, box, vertical) {
  a.scale = true;
  a.nameLocation = "middle";
  a.nameGap = vertical ? 46 : 30;
  a.nameTextStyle = { color: c.text, width: vertical ? box.height + 30 : box.width + 30, overflow: "truncate" };
  a.axisLine = { show: true, onZero: false, lineStyle: { color: c.muted } };
  a.axisTick = { show: true, lineStyle: { color: c.muted } };
  a.splitLine = { show: true, lineStyle: { color: c.grid } };
  a.axisLabel = { color: c.muted, hideOverlap: true, formatter: extra.base ? power(extra.base) : number };
  if (!vertical && box.width < 320) a.splitNumber = 4;
  if (extra.base) a.logBase = extra.base;
  if (extra.base === 2) {
    var low = Math.ceil(Math.log2(a.min) - 1e-9), high = Math.floor(Math.log2(a.max) + 1e-9), at = [];
    var every = Math.ceil((high - low + 1) / ((vertical ? box.height : box.width) / 34));
    for (var e = low; e <= high; e++) if (e % every === 0) at.push(Math.pow(2, e));
    a.axisTick.customValues = a.axisLabel.customValues = at;
  }
  if (extra.blank) a.axisTick.show = a.axisLabel.show = a.splitLine.show = false;
  if (extra.ticks) {
    var words = {};
    extra.ticks.forEach(function (t) { words[t.at.toPrecision(6)] = t.label; });
    a.axisTick.customValues = a.axisLabel.customValues = extra.ticks.map(function (t) { return t.at; });
    a.axisLabel.formatter = function (v) { return words[v.toPrecision(6)] || number(unmapped(extra, v)); };
    if (extra.linear) a.splitLine.show = false;
  } else if (!extra.base) {
    // A bound is labelled if it is a round number.
    var unit = Math.pow(10, Math.floor(Math.log10((a.max - a.min) / 4)));
    a.axisLabel.showMinLabel = Math.abs(a.min / unit - Math.round(a.min / unit)) < 1e-6;
    a.axisLabel.showMaxLabel = Math.abs(a.max / unit - Math.round(a.max / unit)) < 1e-6;
  }
}

// equalAxes shows more of one axis, so that both have as many units in a pixel.
function equalAxes(x, y, box) {
  var perX = (x.max - x.min) / box.width, perY = (y.max - y.min) / box.height;
  function stretch(a, times) {
    var more = (Math.max(times, 1) - 1) * (a.max - a.min) / 2;
    a.min -= more;
    a.max += more;
  }
  stretch(x, perY / perX);
  stretch(y, perX / perY);
}

// nameOf writes a label as it is: a template of ECharts would read "$&" in it.
function nameOf(item) { return item.name; }

// dressMarks completes references and regions. The labels of upright ones stand
// above the data, those of lines across in the right margin.
function dressMarks(s, e, k, c, color, source, panel, box) {
  var top = source.yAxis[panel].max, panels = source.nqm.panels;
  s.silent = true;
  s.symbol = "none";
  if (e.end) {
    s.endLabel = { show: true, formatter: function () { return box.short[e.end]; }, color: c.muted, distance: 8, fontSize: 12, offset: [0, box.shifts[k] || 0] };
  }
  if (s.markArea) {
    Object.assign(s.markArea, { silent: true, animation: false });
    s.markArea.data.forEach(function (ends) {
      ends[0].itemStyle.color = color(ends[0].itemStyle.color);
      ends[0].label = { show: ends[0].xAxis === undefined, position: panels[panel].y.blank ? "insideTopLeft" : ends[0].yAxis <= source.yAxis[panel].min ? "insideBottomRight" : "insideTopRight", color: c.muted, width: box.width - 12, overflow: "truncate" };
    });
  }
  if (s.markLine) Object.assign(s.markLine, {
    precision: -1, // ECharts would round the place to two decimals
    silent: true, animation: false, symbol: ["none", "none"], lineStyle: { color: c.muted, type: "dashed", width: 1 }, label: { show: false },
  });
  if (s.name || e.end || !box.uprights.labels.length) return;
  s.markPoint = {
    silent: true, animation: false, symbol: "rect", symbolSize: 1, itemStyle: { color: "transparent" },
    data: box.uprights.labels.map(function (l) {
      return { name: l.name, coord: [l.x, top], symbolOffset: [0, -9 - room.upright * l.row], label: { position: l.position } };
    }),
    label: { show: true, formatter: nameOf, color: c.muted },
  };
}

function dressLine(s, e, k, c, layout, words) {
  s.symbol = e.marker || "none";
  s.showSymbol = !!e.marker;
  s.showAllSymbol = !!e.marker;
  if (e.marker) {
    var stride = Math.max(1, Math.ceil(s.data.length / 24));
    s.symbolSize = function (_, p) { return p.dataIndex % stride ? 0 : 8; };
  }
  s.connectNulls = false;
  if (e.end && layout.ends) {
    s.endLabel = { show: true, formatter: function () { return layout.boxes[s.yAxisIndex || 0].short[e.end]; }, color: words, distance: 8, fontSize: 12, offset: [0, layout.boxes[s.yAxisIndex || 0].shifts[k] || 0] };
  }
  if (s.markPoint) {
    s.markPoint.silent = true;
    s.markPoint.animation = false;
    s.markPoint.data.forEach(function (p) { p.itemStyle = { color: s.lineStyle.color }; });
  }
  if (e.kind === "contour") {
    s.silent = true;
    s.markPoint = {
      silent: true, animation: false, symbol: "circle", symbolSize: 1,
      data: (e.labels || []).map(function (at, k) { return { name: e.words[k], coord: at }; }),
      label: { show: true, formatter: nameOf, color: words, fontSize: 10, backgroundColor: c.paper, padding: 1 },
    };
  }
  if (e.kind === "path" && s.data.length) {
    s.markPoint = { silent: true, animation: false, symbol: "circle", symbolSize: 6, data: [{ coord: s.data[0] }], label: { show: false }, itemStyle: { color: s.lineStyle.color } };
    s.markLine = arrow(s.data, s.lineStyle.color, s.lineStyle.width);
  }
}

// dress completes an option with what JSON cannot hold (functions), with the
// colours of the page's theme and the layout for its width. The state f says
// what the reader has chosen: the time shown, the series switched off.
function dress(source, f, width) {
  source = zoomed(source, f.zoom);
  var dark = isDark(), c = inks(f.box), layout = plan(source, width), panels = source.nqm.panels;
  var option = Object.assign({}, source, { xAxis: copied(source.xAxis), yAxis: copied(source.yAxis) });
  option.backgroundColor = "transparent";
  option.textStyle = { color: c.text };
  option.animation = false;
  option.title = [{ text: layout.title.join("\n"), left: 8, top: 4, textStyle: { color: c.text, fontSize: 15, lineHeight: 20 } }];
  if (layout.subtitle.length) option.title.push({ text: layout.subtitle.join("\n"), left: 8, top: 4 + 20 * layout.title.length, textStyle: { color: c.muted, fontSize: 13, lineHeight: 17, fontWeight: "normal" } });
  option.grid = layout.boxes;
  option.graphic = [];
  panels.forEach(function (p, i) {
    var box = layout.boxes[i];
    if (p.title) option.title.push({ text: layout.titles[i].join("\n"), left: box.left - 6, top: box.top - 8 - box.above - room.panelTitle * layout.titles[i].length, textStyle: { color: c.text, fontSize: 13, lineHeight: room.panelTitle, fontWeight: "normal" } });
    if (p.heat) option.graphic = option.graphic.concat(colorBar(p.heat, box, c));
    if (p.equal) equalAxes(option.xAxis[i], option.yAxis[i], box);
    dressAxis(option.xAxis[i], p.x, c, box, false);
    dressAxis(option.yAxis[i], p.y, c, box, true);
    if (p.heat) option.xAxis[i].splitLine.show = option.yAxis[i].splitLine.show = false;
  });
  function themed(hex) { return dark && source.nqm.dark[hex] || hex; }
  option.series = source.series.map(function (original, k) {
    var s = copied(original), e = source.nqm.series[k], panel = panels[s.yAxisIndex || 0];
    var color = panel.heat ? function (hex) { return hex; } : themed;
    s.data = recent(original.data, e.time, f.now);
    if (s.itemStyle) s.itemStyle.color = color(s.itemStyle.color);
    if (s.lineStyle) s.lineStyle.color = color(s.lineStyle.color);
    s.clip = true;
    s.emphasis = { disabled: true };
    s.z = e.kind === "path" ? 4 : 3;
    if (e.kind === "marks") { dressMarks(s, e, k, c, color, source, s.yAxisIndex || 0, layout.boxes[s.yAxisIndex || 0]); s.z = 5; }
    if (e.kind === "band") {
      s.renderItem = polygons(s.data, s.itemStyle);
      s.z = 1;
      if (e.words) s.markPoint = {
        silent: true, animation: false, symbol: "circle", symbolSize: 1, itemStyle: { color: "transparent" },
        data: [{ name: e.words[0], coord: e.labels[0] }], label: { show: true, formatter: nameOf, color: e.ink },
      };
    }
    if (e.kind === "bar") { s.renderItem = bars(s.data, s.itemStyle, e.foot, c.paper); s.encode = { x: [0, 1], y: 2 }; s.z = 1; }
    if (e.kind === "heat") { s.renderItem = heatItem(panel); s.z = 0; }
    if (e.kind === "points") { s.symbol = e.marker; s.symbolSize = e.size || (panel.heat ? 12 : 7); s.z = panel.heat ? 6 : 3; }
    if (s.type === "line" && e.kind !== "marks") dressLine(s, e, k, c, layout, dark ? themed(original.lineStyle.color) : e.ink);
    if (panel.heat && s.type === "line" && s.lineStyle) Object.assign(s.lineStyle, { shadowColor: "#ffffff", shadowBlur: 3 });
    return s;
  });
  var short = cutApart(named(source), small, Math.min(width - 90, 420));
  option.legend = {
    formatter: function (name) { return short[name]; }, type: layout.scroll ? "scroll" : "plain", left: 8, right: 8, top: layout.legendTop, selected: f.selected || {},
    textStyle: { color: c.text }, inactiveColor: c.muted, pageTextStyle: { color: c.text }, pageIconColor: c.muted,
    data: named(source).map(function (name) {
      var line = source.series.findIndex(function (s) { return s.name === name && s.type === "line"; });
      if (line < 0) return { name: name };
      var mark = source.nqm.series[line].marker, seen = themed(source.series[line].lineStyle.color);
      return { name: name, lineStyle: { color: seen, shadowBlur: 0 }, itemStyle: mark ? { color: seen } : { opacity: 0 } };
    }),
  };
  option.toolbox = tools(c, source.title.text);
  option.tooltip = {
    trigger: increasing(source) ? "axis" : "item",
    formatter: tooltip(source),
    backgroundColor: c.paper, borderColor: c.grid, textStyle: { color: c.text, fontSize: 12 }, confine: true,
  };
  f.layout = layout;
  delete option.nqm;
  return option;
}

// zoomed returns the option with the part of each x axis that the reader chose by
// keys, in shares of the whole.
function zoomed(source, zoom) {
  if (!zoom) return source;
  return Object.assign({}, source, { xAxis: source.xAxis.map(function (x, i) {
    var log = source.nqm.panels[i].x.base, low = log ? Math.log(x.min) : x.min, high = log ? Math.log(x.max) : x.max;
    function at(share) { var v = low + share * (high - low); return log ? Math.exp(v) : v; }
    return Object.assign({}, x, { min: at(zoom[0]), max: at(zoom[1]) });
  }) });
}

// keys returns what a mouse does at a figure as buttons, for the keyboard: to take a
// series of the legend away, and to zoom. They are one tab stop, which shows them; the
// arrow keys go from one to the next.
function keys(f) {
  var bar = element("div", { "class": "nqm-keys", role: "toolbar", "aria-label": "legend and zoom", "data-lm-suppress-shortcuts": "true" },
    "display:flex;flex-wrap:wrap;gap:0.3em;padding:0 8px;font:13px sans-serif");
  function hide() { Object.assign(bar.style, { position: "absolute", width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)" }); }
  function add(words, act) {
    var b = element("button", { type: "button", tabindex: bar.children.length ? "-1" : "0" }, "font:inherit;cursor:pointer");
    b.textContent = words;
    b.addEventListener("click", function () { act(b); });
    bar.appendChild(b);
    return b;
  }
  function look(change) {
    return function () {
      var at = change(f.zoom || [0, 1]), wide = Math.min(at[1] - at[0], 1), from = Math.min(Math.max(at[0], 0), 1 - wide);
      f.zoom = wide === 1 ? null : [from, from + wide];
      render(f);
    };
  }
  hide();
  bar.addEventListener("focusin", function () { Object.assign(bar.style, { position: "", width: "", height: "", overflow: "", clipPath: "" }); });
  bar.addEventListener("focusout", hide);
  bar.addEventListener("keydown", function (e) {
    var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key], all = [].slice.call(bar.children);
    if (!step) return;
    e.preventDefault();
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  frameNames(f).forEach(function (name) {
    function shown() { return !(f.selected && f.selected[name] === false); }
    add(name, function (b) {
      f.chart.dispatchAction({ type: "legendToggleSelect", name: name });
      b.setAttribute("aria-pressed", String(shown()));
    }).setAttribute("aria-pressed", String(shown()));
  });
  add("zoom in", look(function (z) { var w = (z[1] - z[0]) / 4; return [z[0] + w, z[1] - w]; }));
  add("zoom out", look(function (z) { var w = (z[1] - z[0]) / 2; return [z[0] - w, z[1] + w]; }));
  add("to the left", look(function (z) { var w = (z[1] - z[0]) / 4; return [z[0] - w, z[1] - w]; }));
  add("to the right", look(function (z) { var w = (z[1] - z[0]) / 4; return [z[0] + w, z[1] + w]; }));
  return bar;
}

// renew gives the keys the names of another frame.
function renew(f) {
  if (!frameNames(f).some(function (name, k) { return f.keys.children[k].textContent !== name; })) return;
  var other = keys(f);
  f.keys.replaceWith(other);
  f.keys = other;
}

function frameNames(f) { return named(current(f)); }

function copied(value) { return JSON.parse(JSON.stringify(value)); }

var live = []; // figures that are drawn: see start

function current(f) { return f.data.frames ? f.data.frames[f.frame] : f.data; }

// render draws a figure as its state says; a moved slider keeps the zoom.
function render(f, moved) {
  var option = dress(current(f), f, f.chart.getWidth());
  if (Math.abs(f.layout.height - f.chart.getHeight()) >= 1) {
    f.pane.style.height = f.layout.height + "px";
    f.chart.resize();
  }
  f.chart.setOption(option, moved ? { replaceMerge: ["series", "graphic"] } : true);
}

function element(name, attributes, style) {
  var e = document.createElement(name);
  Object.keys(attributes).forEach(function (k) { e.setAttribute(k, attributes[k]); });
  e.style.cssText = style;
  return e;
}

// timesOf returns the times that a figure can be played through.
function timesOf(option) {
  var last = 0;
  option.nqm.series.forEach(function (s) { if (s.time && s.time.length) last = Math.max(last, s.time[s.time.length - 1]); });
  return last;
}

var timeStops = 120;

// controls returns the slider of a figure with frames or times: a range input,
// which takes the arrow keys, Home and End, and a button that plays it.
function controls(f) {
  var frames = f.data.frames, last = frames ? 0 : timesOf(f.data);
  var name = frames ? f.data.parameter : f.data.nqm.time;
  if (frames ? frames.length < 2 : !name || !last) return null;
  var stops = frames ? frames.length - 1 : Math.min(timeStops, last);
  var bar = element("div", { "class": "nqm-controls", "data-lm-suppress-shortcuts": "true" }, "display:flex;align-items:center;gap:0.6em;padding:0 8px 4px;font:14px sans-serif;flex-wrap:wrap");
  var button = element("button", { type: "button", "aria-label": "play" }, "font:inherit;width:2.4em;cursor:pointer");
  var label = element("label", {}, "display:flex;align-items:center;gap:0.6em;flex:1 1 220px;min-width:0");
  var range = element("input", { type: "range", min: "0", max: String(stops), step: "1" }, "flex:1 1 100px;min-width:80px");
  var shown = element("output", {}, "min-width:4.5em;font-variant-numeric:tabular-nums");
  var words = element("span", {}, "");
  words.textContent = name;
  button.textContent = "▶";
  label.append(words, range);
  bar.append(button, label, shown);
  function show(k) {
    if (frames) f.frame = k;
    else f.now = k === stops ? null : Math.round(k / stops * last);
    var value = frames ? f.data.labels[k] : String(f.now === null ? last : f.now);
    range.value = String(k);
    shown.textContent = value;
    range.setAttribute("aria-valuetext", name + " = " + value);
    f.stop = k;
  }
  function move(k) { show(k); f.box.nqmState = { stop: k, selected: f.selected }; render(f, true); renew(f); }
  function pause() {
    clearInterval(f.playing);
    f.playing = 0;
    button.textContent = "▶";
    button.setAttribute("aria-label", "play");
  }
  range.addEventListener("input", function () { pause(); move(Number(range.value)); });
  button.addEventListener("click", function () {
    if (f.playing) return pause();
    if (f.stop >= stops) move(0);
    button.textContent = "❚❚";
    button.setAttribute("aria-label", "pause");
    f.playing = setInterval(function () {
      if (f.stop >= stops || !f.box.isConnected) return pause();
      move(f.stop + 1);
    }, frames ? 600 : 60);
  });
  var kept = f.box.nqmState;
  show(kept && kept.stop !== undefined ? kept.stop : frames ? f.data.start : stops);
  return bar;
}

// readOut shows the numbers of the heat map under the pointer.
function readOut(f) {
  if (!current(f).nqm.panels.some(function (p) { return p.heat; })) return;
  var words = element("div", { "class": "nqm-readout" }, "position:absolute;right:10px;bottom:2px;font:12px sans-serif;pointer-events:none");
  f.pane.appendChild(words);
  f.chart.getZr().on("mousemove", function (e) {
    var option = current(f);
    words.textContent = "";
    option.nqm.panels.forEach(function (p, i) {
      if (!p.heat || !f.chart.containPixel({ gridIndex: i }, [e.offsetX, e.offsetY])) return;
      var at = f.chart.convertFromPixel({ gridIndex: i }, [e.offsetX, e.offsetY]);
      var column = cellAt(p.heat.x, at[0]), row = cellAt(p.heat.y, at[1]);
      if (column < 0 || row < 0) return;
      var z = p.heat.z[row * (p.heat.x.length - 1) + column];
      words.textContent = option.xAxis[i].name + " " + number(unmapped(p.x, at[0])) + ", " + option.yAxis[i].name + " " + number(unmapped(p.y, at[1])) + ": " +
        p.heat.label + " " + (z === null ? "infinite" : number(z));
    });
  });
}

// start draws one figure; a figure that cannot be drawn keeps its still image.
function start(box) {
  var data = box.querySelector("script[type='application/json']");
  var still = box.querySelector("img");
  if (!data || !still) return;
  box.setAttribute("data-drawn", "");
  var pane = element("div", { "class": "nqm-pane", role: "img", "aria-label": still.alt }, "position:relative;width:100%;height:" + (box.getAttribute("data-height") || 420) + "px");
  var f = { box: box, pane: pane, still: still, now: null, frame: 0, selected: box.nqmState && box.nqmState.selected };
  try {
    f.data = JSON.parse(data.textContent);
    f.bar = controls(f);
    if (f.bar) box.appendChild(f.bar);
    f.keys = keys(f);
    box.appendChild(f.keys);
    box.appendChild(pane);
    f.chart = echarts.init(pane, null, { renderer: "svg" });
    f.chart.on("legendselectchanged", function (e) {
      f.selected = e.selected;
      box.nqmState = Object.assign({}, box.nqmState, { selected: e.selected });
    });
    render(f);
    readOut(f);
    live.push(f);
    still.style.display = "none";
    box.style.minHeight = "";
    sizes.observe(pane);
  } catch (e) {
    if (f.chart) f.chart.dispose();
    pane.remove();
    if (f.bar) f.bar.remove();
    if (f.keys) f.keys.remove();
    console.error("nqm: a figure could not be drawn:", e);
  }
}

// rest takes a figure's chart away and puts the still image back. If the
// figure comes near again, such as a cell that a notebook detaches while it is
// scrolled away, it is drawn anew, with the slider where it was.
function rest(f) {
  clearInterval(f.playing);
  sizes.unobserve(f.pane);
  if (f.box.isConnected) f.box.style.minHeight = f.box.offsetHeight + "px";
  f.chart.dispose();
  f.pane.remove();
  f.keys.remove();
  if (f.bar) f.bar.remove();
  f.still.style.display = "";
  f.box.removeAttribute("data-drawn");
  live = live.filter(function (other) { return other !== f; });
  near.unobserve(f.box); // to hear where it is now, even if it was back before anybody looked
  near.observe(f.box);
}

// sizes follows the width of the page; a figure that has gone rests.
var sizes = new ResizeObserver(function (entries) {
  live.filter(function (f) { return !f.box.isConnected; }).forEach(rest);
  entries.forEach(function (e) {
    live.forEach(function (f) {
      if (f.pane !== e.target || !e.contentRect.width) return;
      if (Math.abs(e.contentRect.width - f.chart.getWidth()) < 1) return;
      f.chart.resize();
      render(f);
    });
  });
});

// At most so many figures stay drawn while the reader is elsewhere.
var mostLive = 40;

// near starts a figure when the reader comes near it: a page of hundreds of
// figures opens at once, and one in a hidden tab waits until it has a width.
var near = new IntersectionObserver(function (entries) {
  entries.forEach(function (e) {
    var f = live.find(function (f) { return f.box === e.target; });
    if (f) f.near = e.isIntersecting;
    if (!e.isIntersecting || f || e.target.hasAttribute("data-drawn")) return;
    start(e.target);
    f = live[live.length - 1];
    if (f && f.box === e.target) f.near = true;
  });
  if (live.length > mostLive) live.filter(function (f) { return !f.near; }).slice(0, live.length - mostLive).forEach(rest);
}, { rootMargin: "800px" });

function draw() {
  live.filter(function (f) { return !f.box.isConnected; }).forEach(rest);
  document.querySelectorAll(".nqm-figure:not([data-drawn])").forEach(function (box) { near.observe(box); });
}

function redraw() { live.forEach(function (f) { render(f); }); }

window.nqmFigures = Object.assign(window.nqmFigures || {}, { draw: draw, echarts: echarts });
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

function begin() {
  new MutationObserver(redraw).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind"] });
  draw();
}
if (document.body) begin();
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", document.body ? draw : begin);
