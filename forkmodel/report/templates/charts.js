(function () {
  "use strict";
  var read = function (id) { return JSON.parse(document.getElementById(id).textContent); };
  var specs = read("specs"), config = read("config");
  var options = { actions: false, renderer: "svg", config: config, tooltip: { theme: "custom" } };
  var draw = function (node) {
    vegaEmbed(node, specs[node.dataset.spec], options).catch(function (error) {
      node.textContent = "This chart could not be drawn: " + error.message;
    });
  };
  var nodes = Array.prototype.slice.call(document.querySelectorAll("[data-spec]"));
  if (!("IntersectionObserver" in window)) { nodes.forEach(draw); return; }
  var seen = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
    });
  }, { rootMargin: "600px" });
  nodes.forEach(function (node) { seen.observe(node); });
  window.addEventListener("beforeprint", function () { nodes.forEach(function (node) {
    if (!node.querySelector("svg")) { draw(node); }
  }); });
})();
