(function () {
  "use strict";
  var read = function (id) { return JSON.parse(document.getElementById(id).textContent); };
  var specs = read("specs");
  var options = { actions: false, renderer: "svg", config: read("config"), tooltip: { theme: "custom" } };
  var waiting = Array.from(document.querySelectorAll("[data-spec]"));

  function draw(node) {
    waiting.splice(waiting.indexOf(node), 1);
    return vegaEmbed(node, specs[node.dataset.spec], options).catch(function (error) {
      node.textContent = "This chart could not be drawn: " + error.message;
    });
  }

  // A chart takes the width of its place, and a folded place has none.
  var seen = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (entry.isIntersecting && waiting.includes(entry.target)) { seen.unobserve(entry.target); draw(entry.target); }
    });
  }, { rootMargin: "600px" });
  waiting.forEach(function (node) { seen.observe(node); });

  function unfold(target) {
    for (var node = target; node; node = node.parentElement) { if (node.tagName === "DETAILS") { node.open = true; } }
  }
  function follow() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) { unfold(target); target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", follow);
  follow();

  // Paper shows everything: charts that nobody scrolled to are drawn, and what is folded is opened.
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach(function (node) { node.open = true; });
    waiting.slice().forEach(draw);
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (node) { node.open = false; });
  });
})();
