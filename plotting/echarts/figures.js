// Draws every figure of the page: each element of class nqm-figure holds a
// still image and, as JSON, the ECharts option of the same figure. The
// still image is replaced once the interactive one stands.
//
// A page asks for drawing by window.nqmFigures.draw(); each figure's own small
// script does so when its output comes alive, in whatever order that happens.
"use strict";

var ink = {
  light: { text: "#1a1a1a", muted: "#5f6368", grid: "#e3e5e8", paper: "#ffffff" },
  dark: { text: "#e8eaed", muted: "#a8adb4", grid: "#3c4046", paper: "#1e1f22" },
};

// isDark says whether the page's theme is dark: JupyterLab's own mark where
// there is one, else the reader's preference where the page follows it.
function isDark() {
  var lab = document.body && document.body.getAttribute("data-jp-theme-light");
  if (lab !== null && lab !== undefined) return lab === "false";
  return getComputedStyle(document.documentElement).colorScheme.indexOf("dark") >= 0 &&
    window.matchMedia("(prefers-color-scheme: dark)").matches;
}

function number(v) {
  if (typeof v !== "number" || !isFinite(v)) return String(v);
  if (Number.isInteger(v) && Math.abs(v) < 1e7) return String(v);
  return String(Number(v.toPrecision(5)));
}

var superscripts = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

// power writes the ticks of a logarithmic axis as powers of its base.
function power(base) {
  return function (v) {
    var e = Math.round(Math.log(v) / Math.log(base));
    if (Math.abs(v / Math.pow(base, e) - 1) > 1e-9) return "";
    if (base === 10 && e >= 0 && e <= 2) return String(Math.pow(10, e));
    return base + String(e).replace(/./g, function (c) { return superscripts[c]; });
  };
}

// polygon draws a band: its data are the points of one closed outline.
function polygon(data, style) {
  return function (params, api) {
    if (params.context.done) return null;
    params.context.done = true;
    return {
      type: "polygon",
      transition: [],
      shape: { points: data.map(function (p) { return api.coord(p); }) },
      style: { fill: style.color, opacity: style.opacity },
      silent: true,
    };
  };
}

// lift mixes a colour with white until it stands out from a dark page: a
// relative luminance of 0.2, for a contrast of more than 4 to 1.
function lift(hex) {
  var c = [1, 3, 5].map(function (k) { return parseInt(hex.slice(k, k + 2), 16) / 255; });
  for (var step = 0; step < 20; step++) {
    var linear = c.map(function (v) { return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); });
    if (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] >= 0.2) break;
    c = c.map(function (v) { return v + (1 - v) * 0.08; });
  }
  return "#" + c.map(function (v) { return ("0" + Math.round(v * 255).toString(16)).slice(-2); }).join("");
}

function escape(s) {
  return String(s).replace(/[&<>"']/g, function (c) { return "&#" + c.charCodeAt(0) + ";"; });
}

// tooltip lists the value of each line at the pointer's x, as text.
function tooltip(option) {
  return function (items) {
    items = [].concat(items).filter(function (i) { return Array.isArray(i.value) && i.seriesName && i.seriesType !== "custom"; });
    if (!items.length) return "";
    var axis = option.series[items[0].seriesIndex].xAxisIndex || 0;
    var head = escape(option.xAxis[axis].name) + " = <b>" + number(items[0].value[0]) + "</b>";
    return head + items.map(function (i) {
      return "<br>" + i.marker + escape(i.seriesName) + ": <b>" + number(i.value[1]) + "</b>";
    }).join("") + '<br><span style="opacity:.7">' + escape(option.yAxis[axis].name) + "</span>";
  };
}

// increasing says whether the lines of a chart are functions of x, so that a
// tooltip at one x makes sense.
function increasing(series) {
  return series.every(function (s) {
    return s.type !== "line" || s.data.every(function (p, k) { return k === 0 || p[0] >= s.data[k - 1][0]; });
  });
}

// tools are the buttons of a chart: zoom by dragging a box, go back, save.
function tools(c, name) {
  return {
    right: 8, top: 0, itemSize: 13, iconStyle: { borderColor: c.muted },
    feature: {
      dataZoom: { title: { zoom: "zoom", back: "undo zoom" }, filterMode: "none" },
      restore: { title: "reset" },
      saveAsImage: { title: "save as SVG", name: name, backgroundColor: c.paper },
    },
  };
}

// dress completes an option with what JSON cannot hold (functions) and with
// the colours of the page's theme.
function dress(option, dark, width) {
  var c = dark ? ink.dark : ink.light;
  option = JSON.parse(JSON.stringify(option));
  option.backgroundColor = "transparent";
  option.textStyle = Object.assign({}, option.textStyle, { color: c.text });
  option.animation = false;
  [].concat(option.title || []).forEach(function (t) {
    t.textStyle = Object.assign({}, t.textStyle, { color: c.text, width: width - 110, overflow: "truncate" });
  });
  [].concat(option.legend || []).forEach(function (l) {
    l.textStyle = Object.assign({}, l.textStyle, { color: c.text });
    l.inactiveColor = c.muted;
    l.data = (l.data || []).map(function (name) {
      var isLine = option.series.some(function (s) { return s.name === name && s.type === "line"; });
      return isLine ? { name: name, itemStyle: { opacity: 0 } } : { name: name };
    });
  });
  var axes = [].concat(option.xAxis || [], option.yAxis || []);
  axes.forEach(function (a) {
    a.axisLine = { show: true, onZero: false, lineStyle: { color: c.muted } };
    a.axisTick = { show: true, lineStyle: { color: c.muted } };
    a.splitLine = { show: true, lineStyle: { color: c.grid } };
    a.axisLabel = Object.assign({ color: c.muted, hideOverlap: true }, a.axisLabel);
    a.nameTextStyle = Object.assign({}, a.nameTextStyle, { color: c.text });
    if (a.type === "value" && a.max !== undefined) {
      // A bound is labelled if it is a round number.
      a.axisLabel.showMinLabel = Number.isInteger(a.min || 0);
      a.axisLabel.showMaxLabel = Number.isInteger(a.max);
    }
    a.axisLabel.formatter = a.type === "log" ? power(a.logBase || 10) : number;
  });
  (option.series || []).forEach(function (s) {
    [s.itemStyle, s.lineStyle].forEach(function (style) {
      if (style && dark) style.color = lift(style.color);
    });
    if (s.type === "custom") {
      s.renderItem = polygon(s.data, s.itemStyle);
      s.z = 1; // below the lines
    }
    if (s.type === "line") s.symbol = "none";
    if (s.markPoint) s.markPoint.data.forEach(function (p) { p.itemStyle = s.itemStyle; });
    if (s.markLine) {
      s.markLine.lineStyle = Object.assign({ color: c.muted }, s.markLine.lineStyle);
      s.markLine.label = Object.assign({ color: c.muted }, s.markLine.label);
    }
  });
  option.toolbox = tools(c, (option.title && option.title.text) || "figure");
  option.tooltip = {
    trigger: increasing(option.series) ? "axis" : "item",
    formatter: tooltip(option),
    backgroundColor: c.paper,
    borderColor: c.grid,
    textStyle: { color: c.text },
    confine: true,
  };
  return option;
}

var live = []; // { box, chart, option }

function render(f) {
  f.chart.setOption(dress(f.option, isDark(), f.chart.getWidth()), true);
}

// start draws one figure; a figure that cannot be drawn keeps its still image.
function start(box) {
  var data = box.querySelector("script[type='application/json']");
  var still = box.querySelector("img");
  if (!data || !still) return;
  box.setAttribute("data-drawn", "");
  var pane = document.createElement("div");
  pane.className = "nqm-pane";
  pane.setAttribute("role", "img");
  pane.setAttribute("aria-label", still.alt);
  pane.style.cssText = "width:100%;height:" + (box.getAttribute("data-height") || 420) + "px";
  box.appendChild(pane);
  try {
    var f = { box: box, option: JSON.parse(data.textContent), chart: echarts.init(pane, null, { renderer: "svg" }) };
    render(f);
    live.push(f);
    still.style.display = "none";
    sizes.observe(pane);
  } catch (e) {
    pane.remove();
    console.error("nqm: a figure could not be drawn:", e);
  }
}

// sizes follows the width of the page; a pane that has gone is forgotten.
var sizes = new ResizeObserver(function (entries) {
  live = live.filter(function (f) {
    if (f.box.isConnected) return true;
    f.chart.dispose();
    return false;
  });
  entries.forEach(function (e) {
    live.forEach(function (f) {
      if (f.chart.getDom() !== e.target || !e.contentRect.width) return;
      if (Math.abs(e.contentRect.width - f.chart.getWidth()) < 1) return;
      f.chart.resize();
      render(f);
    });
  });
});

// near starts a figure when the reader comes near it: a page of hundreds of
// figures opens at once, and one in a hidden tab waits until it has a width.
var near = new IntersectionObserver(function (entries) {
  entries.forEach(function (e) {
    if (!e.isIntersecting) return;
    near.unobserve(e.target);
    if (!e.target.hasAttribute("data-drawn")) start(e.target);
  });
}, { rootMargin: "800px" });

function draw() {
  document.querySelectorAll(".nqm-figure:not([data-drawn])").forEach(function (box) { near.observe(box); });
}

function redraw() { live.forEach(render); }

window.nqmFigures = Object.assign(window.nqmFigures || {}, { draw: draw, echarts: echarts });
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

function begin() {
  new MutationObserver(redraw).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  draw();
}
if (document.body) begin();
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", document.body ? draw : begin);
