// Has the page draw its figures. The library is in the page, or in the folder of the
// kernel's specification, where Jupyter's server hands it out, or, where there is no such
// server (VS Code, nbviewer), on a public network that keeps every version for ever; the
// runtime stands beside the first figure of a cell then. Where all fails, the still
// images stay.
(function (w, d) {
  var q = w.nqmFigures = w.nqmFigures || {};
  if (q.draw) return q.draw();
  if (q.asked) return;
  q.asked = 1;
  function quit() { q.asked = 0; }
  function load(src, sum, done, failed) {
    var s = d.createElement("script");
    s.src = src;
    if (sum) { s.integrity = sum; s.crossOrigin = "anonymous"; }
    s.onload = done;
    s.onerror = failed;
    d.head.appendChild(s);
    return s;
  }
  function run(text) {
    var s = d.createElement("script");
    s.text = text;
    d.head.appendChild(s).remove();
  }
  function elsewhere() {
    var runtime = d.querySelector(".nqm-runtime"), at = "CDN/echarts@VERSION/dist/echarts.min.js", sum = "SUM", host = {}, s;
    if (!runtime || !w.DecompressionStream) return quit();
    function draw(before) {
      ["exports", "module"].forEach(function (name) { delete w[name]; });
      var packed = Uint8Array.from(atob(runtime.textContent), function (c) { return c.charCodeAt(0); });
      new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text().then(function (text) {
        q.host = host;
        run("(function(host){" + before + "\n(function(echarts){" + text + "\n})(host.echarts||host)})(nqmFigures.host)");
      }).catch(quit);
    }
    // A module loader of the page would claim the library: to it alone the page looks like
    // one of CommonJS. A page that has these names for itself keeps its still images.
    if ("exports" in w || "module" in w) return quit();
    ["exports", "module"].forEach(function (name) {
      Object.defineProperty(w, name, { configurable: true, get: function () { return s && d.currentScript === s ? host : undefined; } });
    });
    s = load(at, sum, function () { draw(""); }, function () { // no script from afar: fetched, it is one of the page's own
      fetch(at, { integrity: sum }).then(function (r) { return r.text(); }).then(function (text) {
        draw("(function(globalThis,exports,module,define){" + text + "\n}).call(host,host);");
      }).catch(function () { delete w.exports; delete w.module; quit(); });
    });
  }
  var c = d.getElementById("jupyter-config-data");
  if (!c) return elsewhere();
  load((JSON.parse(c.textContent).baseUrl || "/") + "kernelspecs/KERNEL/nqm-figures.js", "", null, elsewhere);
})(window, document);
