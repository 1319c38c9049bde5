(function () {
  "use strict";
  var read = function (id) { return JSON.parse(document.getElementById(id).textContent); };
  var specs = read("specs");
  var options = { actions: false, renderer: "svg", config: read("config"), tooltip: { theme: "custom" } };
  document.querySelectorAll("[data-spec]").forEach(function (node) {
    vegaEmbed(node, specs[node.dataset.spec], options).catch(function (error) {
      node.textContent = "This chart could not be drawn: " + error.message;
    });
  });
})();
