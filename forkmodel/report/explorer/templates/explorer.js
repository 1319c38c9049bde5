// The explorer: worlds as typed arrays, ranges that select worlds, and what is drawn of the selection.
// Nothing here knows a number of the forecast: all come from the header and the block beside this script.
(function () {
  "use strict";
  const root = document.getElementById("explorer");
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const make = (tag, attributes = {}, parent = null) => {
    const drawn = ["svg", "path", "rect"].includes(tag);
    const node = drawn ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "text") node.textContent = value;
      else node.setAttribute(name, value);
    }
    if (parent) parent.append(node);
    return node;
  };

  // --- Worlds -------------------------------------------------------------------------------------------
  const header = JSON.parse(document.getElementById("explorer-header").textContent);
  const { chains, draws, cards, claims } = header;
  const n = chains * draws;
  const raw = atob(document.getElementById("explorer-block").textContent);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  const column = (place) => new Uint16Array(bytes.buffer, 2 * place * n, n);
  claims.forEach((claim, place) => { claim.held = bytes.subarray(2 * header.columns * n + place * n).subarray(0, n); });

  // --- Grids: the edges of forkmodel/report/explorer/grid.py, the same doubles -----------------------------
  const decimal = (whole, exponent) =>
    exponent >= 0 ? whole * Number(`1e${exponent}`) : whole / Number(`1e${-exponent}`);
  const edge = (grid, code) => {
    const place = grid.first + code;
    if (grid.step) return decimal(place * grid.step, grid.exponent);
    const power = Math.floor(place / 900);
    return decimal(100 + place - 900 * power, power + grid.exponent);
  };
  // Where an edge lies between the ends of a histogram, from 0 to 1, and the edge nearest to a value.
  const position = (grid, code) => grid.step
    ? code / grid.levels
    : Math.log(edge(grid, code) / edge(grid, 0)) / Math.log(edge(grid, grid.levels) / edge(grid, 0));
  const nearest = (grid, value) => {
    let low = 0, high = grid.levels;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (edge(grid, middle) <= value) low = middle; else high = middle;
    }
    return value - edge(grid, low) <= edge(grid, high) - value ? low : high;
  };
  // By hand one cannot hit a number of five digits, and should not have to read one: two digits are kept.
  const round = (grid, at) => {
    if (at <= 0) return 0;
    if (at >= 1) return grid.levels;
    const low = edge(grid, 0), high = edge(grid, grid.levels);
    const value = grid.step ? low + at * (high - low) : low * Math.pow(high / low, at);
    const size = grid.step ? (high - low) / 100 : value / 10;
    const unit = Number(`1e${Math.floor(Math.log10(size))}`);
    return nearest(grid, Math.round(value / unit) * unit);
  };

  const BINS = 36, HEIGHT = 46, WIDTH = 180;
  cards.forEach((card) => {
    const grid = card.grid;
    card.bins = grid.step && grid.levels <= BINS ? grid.levels : BINS;
    card.binOf = new Uint8Array(grid.levels);
    for (let q = 0; q < grid.levels; q++) {
      card.binOf[q] = Math.min(card.bins - 1, Math.floor(card.bins * position(grid, q) + 1e-9));
    }
    card.views = new Map(card.at.map((entry) => [`${entry.scenario}|${entry.year}`, entry]));
    card.at.forEach((entry) => { entry.card = card; entry.codes = column(entry.column); });
  });
  const questions = new Map(cards.flatMap((card) => card.at).map((entry) => [entry.question, entry]));
  const BASELINE = header.scenarios[0].name;
  const view = (card, scenario, year) => card.views.get(`${scenario}|${year}`) || card.views.get("*|*");
  const yearsOf = (scenario) =>
    [...new Set(cards.flatMap((card) => card.at).filter((e) => e.scenario === scenario).map((e) => e.year))].sort();

  // --- State: a scenario, a year, ranges of codes by question, and what is asked --------------------------
  const state = { scenario: BASELINE, year: "", ranges: new Map(), subject: null, asked: null };
  // A range holds from its first edge to before its second; an outermost edge bounds nothing.
  const columnOf = (question) => {
    const entry = questions.get(question);
    return entry.year === "*" ? entry : view(entry.card, state.scenario, entry.year);
  };
  const active = () => [...state.ranges].filter(([question]) => columnOf(question));
  const condition = ([question, [low, high]]) => {
    const { card: { grid } } = questions.get(question);
    return [
      low > 0 ? `${question} >= ${edge(grid, low)}` : "",
      high < grid.levels ? `${question} < ${edge(grid, high)}` : "",
    ].filter(Boolean).join(" and ");
  };
  const setRange = (question, low, high) => {
    const levels = questions.get(question).card.grid.levels;
    [low, high] = [Math.max(0, low), Math.min(levels, high)];
    if (low >= high || (low === 0 && high === levels)) state.ranges.delete(question);
    else state.ranges.set(question, [low, high]);
    state.subject = question;
    draw();
  };

  // --- Selection ------------------------------------------------------------------------------------------
  const mask = new Uint8Array(n);
  const everyone = new Uint8Array(n).fill(1);
  const select = () => {
    mask.fill(1);
    for (const [question, [low, high]] of active()) {
      const entry = columnOf(question), codes = entry.codes;
      const last = high === entry.card.grid.levels ? 65536 : high;
      for (let i = 0; i < n; i++) if (codes[i] < low || codes[i] >= last) mask[i] = 0;
    }
    let count = 0;
    for (let i = 0; i < n; i++) count += mask[i];
    return count;
  };

  // Effective draws behind a mean, as forkmodel/queries/effective.py: half-chains, Geyer's pairs. Lags are
  // computed only until the first pair that is noise.
  const half = draws >> 1, halves = 2 * chains;
  const starts = Array.from({ length: halves }, (_, c) => (c < chains ? c * draws : (c - chains + 1) * draws - half));
  const centred = new Float64Array(halves * half), means = new Float64Array(halves);
  const covariance = (lag) => {
    let sum = 0;
    for (let c = 0; c < halves; c++) {
      const end = (c + 1) * half;
      for (let i = c * half + lag; i < end; i++) sum += centred[i] * centred[i - lag];
    }
    return sum / centred.length;
  };
  const effective = (values) => {
    let varies = false;
    for (let i = 1; i < n && !varies; i++) varies = values[i] !== values[0];
    if (!varies || half < 2) return n;
    for (let c = 0; c < halves; c++) {
      let sum = 0;
      for (let i = 0; i < half; i++) sum += values[starts[c] + i];
      means[c] = sum / half;
      for (let i = 0; i < half; i++) centred[c * half + i] = values[starts[c] + i] - means[c];
    }
    const within = covariance(0) * half / (half - 1);
    const grand = means.reduce((a, b) => a + b) / halves;
    const between = means.reduce((sum, mean) => sum + (mean - grand) ** 2, 0) / (halves - 1);
    const pooled = within * (half - 1) / half + between;
    if (!(pooled > 0)) return n;
    const correlation = (lag) => (lag === 0 ? 1 : 1 - (within - covariance(lag)) / pooled);
    const pairs = half >> 1;
    let time = -1, least = Infinity;
    for (let pair = 0; pair < pairs; pair++) {
      const even = correlation(2 * pair), sum = even + correlation(2 * pair + 1);
      if ((pair > 0 && sum < 0) || pair === pairs - 1) { time += Math.max(even, 0); break; }
      least = Math.min(least, sum);
      time += 2 * least;
    }
    return centred.length / Math.max(time, 1 / Math.log10(centred.length));
  };
  // The share of the kept worlds in which something holds (1; 0 not, 2 undefined), as forkmodel query says it.
  const residual = new Float64Array(n);
  const share = (held, kept) => {
    let all = 0, known = 0, yes = 0;
    for (let i = 0; i < n; i++) if (kept[i]) { all += 1; if (held[i] < 2) { known += 1; yes += held[i]; } }
    if (!known || all - known > header.undefined * all) return { ess: 0 };
    const probability = yes / known;
    for (let i = 0; i < n; i++) residual[i] = kept[i] && held[i] < 2 ? held[i] - probability : 0;
    const ess = effective(residual) * (known / n);
    return { probability, ess, mcse: Math.sqrt(probability * (1 - probability) / ess), answered: ess >= header.fewest };
  };
  // Quantiles of codes among the worlds kept, between neighbours as NumPy has them.
  const quantiles = (entry, kept, count, points) => {
    if (!entry.order) entry.order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => entry.codes[a] - entry.codes[b]);
    const grid = entry.card.grid;
    const middle = (q) => (grid.step === 1 && grid.exponent === 0 ? edge(grid, q) : (edge(grid, q) + edge(grid, q + 1)) / 2);
    const found = [];
    let seen = 0, next = 0, before = 0;
    for (let k = 0; k < n && next < points.length; k++) {
      const i = entry.order[k];
      if (!kept[i]) continue;
      const code = entry.codes[i];
      while (next < points.length && points[next] * (count - 1) <= seen) {
        const part = seen - points[next] * (count - 1);
        found.push(part > 0 ? middle(before) * part + middle(code) * (1 - part) : middle(code));
        next += 1;
      }
      before = code;
      seen += 1;
    }
    return found;
  };

  // --- Words ----------------------------------------------------------------------------------------------
  const SIZES = [[1e15, "e15"], [1e12, "T"], [1e9, "bn"], [1e6, "M"]];
  const number = (value) => {
    const size = Math.abs(value);
    if (size >= 1e18) return value.toExponential(1);
    for (const [unit, name] of SIZES) if (size >= unit) return `${Number((value / unit).toPrecision(3))} ${name}`;
    if (size && size < 1e-4) return value.toExponential(1);
    const said = String(Number(value.toPrecision(3)));
    return size < 1000 ? said : `${said.slice(0, -3)},${said.slice(-3)}`;
  };
  // A share of none or all is bounded by the draws behind it, and not said to be certain.
  const chance = ({ answered, probability, ess }) => {
    if (!answered) return "too few";
    if (probability > 0 && probability < 1) return probability.toFixed(3);
    const size = Math.pow(10, Math.floor(Math.log10(1 / ess))), bound = Math.ceil(1 / ess / size) * size;
    return probability ? `> ${Number((1 - bound).toPrecision(4))}` : `< ${Number(bound.toPrecision(1))}`;
  };
  const named = (entry) => (entry.year === "*" ? entry.card.label : `${entry.card.label}, ${entry.year}`);

  // --- Nodes, made once ---------------------------------------------------------------------------------------
  const rows = claims.map((claim) => {
    const row = make("tr", {}, part("rows"));
    const said = make("td", {}, row);
    make("strong", { text: `${claim.id} ` }, said);
    make("span", { text: claim.threshold || claim.statement, title: claim.statement }, said);
    const track = make("span", { class: "explorer-track" }, said);
    const bar = make("b", {}, track);
    claim.all = share(claim.held, everyone);
    const shown = claim.all.answered;
    make("i", { style: `left:calc(${shown ? 100 * claim.all.probability : 0}% - 1px)` }, track);
    make("td", { class: "n", text: chance(claim.all) }, row);
    const cell = make("td", { class: "n" }, row);
    const some = make("div", {}, cell), ess = make("div", { class: "explorer-few" }, cell);
    const copy = make("button", { type: "button", text: "Copy", "aria-label": `Copy as query: ${claim.id}` }, make("td", {}, row));
    copy.addEventListener("click", () => { state.asked = claim; draw(); copyCommand(); });
    return { claim, row, bar, some, ess };
  });

  let group = null, grid = null;
  cards.forEach((card) => {
    if (card.group !== group) {
      group = card.group;
      make("h3", { text: group }, part("cards"));
      grid = make("div", { class: "explorer-grid" }, part("cards"));
    }
    card.node = make("div", { class: "explorer-card" }, grid);
    card.title = make("button", { type: "button", text: card.label, title: card.meaning || card.label, "aria-pressed": "false" }, card.node);
    make("div", { class: "explorer-unit", text: card.meaning && card.unit ? `${card.meaning} (${card.unit})` : card.meaning || card.unit }, card.node);
    card.svg = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, card.node);
    for (const name of ["all", "some", "base"]) card[name] = make("path", { class: `explorer-${name}` }, card.svg);
    card.brush = make("rect", { class: "explorer-brush", y: 0, height: HEIGHT, visibility: "hidden" }, card.svg);
    const ends = make("div", { class: "explorer-ends", "aria-hidden": "true" }, card.node);
    for (const code of [0, card.grid.levels]) make("span", { text: number(edge(card.grid, code)) }, ends);
    card.said = make("div", { class: "explorer-said" }, card.node);
    card.title.addEventListener("click", () => { state.subject = view(card, state.scenario, state.year).question; draw(); });
    brushable(card);
  });

  // A drag makes a range, moves one that it begins inside of, or an end that it begins near; a click clears.
  function brushable(card) {
    let from = null;
    const at = (event) => {
      const box = card.svg.getBoundingClientRect();
      return (event.clientX - box.left) / box.width;
    };
    const codesOf = () => state.ranges.get(view(card, state.scenario, state.year).question);
    card.svg.addEventListener("pointerdown", (event) => {
      const start = at(event), range = codesOf(), near = 6 / card.svg.getBoundingClientRect().width;
      from = { start, fixed: start };
      if (range) {
        const [low, high] = range.map((code) => position(card.grid, code));
        if (Math.abs(start - low) < near) from.fixed = high;
        else if (Math.abs(start - high) < near) from.fixed = low;
        else if (start > low && start < high) from.moved = [low, high];
      }
      card.svg.setPointerCapture(event.pointerId);
    });
    card.svg.addEventListener("pointermove", (event) => {
      if (!from) return;
      const now = at(event), question = view(card, state.scenario, state.year).question;
      const ends = from.moved ? from.moved.map((end) => end + now - from.start) : [from.fixed, now].sort((a, b) => a - b);
      const [low, high] = ends.map((end) => round(card.grid, end));
      if (low < high) setRange(question, low, high);
      from.dragged = true;
    });
    const end = () => {
      if (from && !from.dragged) setRange(view(card, state.scenario, state.year).question, 0, card.grid.levels);
      from = null;
    };
    card.svg.addEventListener("pointerup", end);
    card.svg.addEventListener("pointercancel", () => { from = null; });
  }

  // Cards that are scrolled away are drawn when they come near, and all of them for paper.
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) cards.find((card) => card.node === target).near = isIntersecting;
    draw();
  }, { root: part("cards"), rootMargin: "120px" });
  cards.forEach((card) => watcher.observe(card.node));
  window.addEventListener("beforeprint", () => { cards.forEach((card) => { card.near = true; }); paint(); });

  header.scenarios.filter(({ name }) => yearsOf(name).length)
    .forEach(({ name }) => make("option", { value: name, text: name }, part("scenario")));

  // --- Drawing: everything that depends on the state, once a frame -----------------------------------------
  const counts = (entry, kept) => {
    const found = new Uint32Array(entry.card.bins), { binOf } = entry.card, { codes } = entry;
    for (let i = 0; i < n; i++) if (kept[i]) found[binOf[codes[i]]] += 1;
    return found;
  };
  const outline = (found, highest) => {
    const wide = WIDTH / found.length;
    let path = `M0,${HEIGHT}`;
    found.forEach((count, bin) => {
      const y = (HEIGHT * (1 - count / highest)).toFixed(1);
      path += `V${y}H${((bin + 1) * wide).toFixed(1)}`;
    });
    return `${path}V${HEIGHT}Z`;
  };
  const drawCard = (card, count) => {
    const entry = view(card, state.scenario, state.year);
    card.node.hidden = !entry;
    if (!entry || !card.near) return;
    const base = state.scenario === BASELINE || entry.year === "*" ? null : view(card, BASELINE, state.year);
    if (card.drawn !== entry) {
      card.drawn = entry;
      const all = counts(entry, everyone), before = base ? counts(base, everyone) : all;
      card.highest = Math.max(...all, ...before);
      card.all.setAttribute("d", outline(all, card.highest));
      card.base.setAttribute("d", base ? outline(before, card.highest) : "");
    }
    card.some.setAttribute("d", count < n ? outline(counts(entry, mask), card.highest) : card.all.getAttribute("d"));
    const range = state.ranges.get(entry.question);
    card.brush.setAttribute("visibility", range ? "visible" : "hidden");
    if (range) {
      const [low, high] = range.map((code) => WIDTH * position(card.grid, code));
      card.brush.setAttribute("x", low);
      card.brush.setAttribute("width", high - low);
    }
    card.title.setAttribute("aria-pressed", String(state.subject === entry.question));
    const [low, middle, high] = count ? quantiles(entry, mask, count, [0.1, 0.5, 0.9]) : [];
    card.said.textContent = count ? `${number(middle)} (80% ${number(low)} to ${number(high)})` : "no world";
  };
  const drawClaims = (count) => {
    const hidden = state.scenario !== BASELINE;
    part("no-claims").hidden = !hidden;
    part("rows").parentNode.hidden = hidden;
    if (hidden) return;
    for (const { claim, bar, some, ess } of rows) {
      const found = count < n ? share(claim.held, mask) : claim.all;
      bar.style.transform = `scaleX(${found.answered ? found.probability.toFixed(4) : 0})`;
      some.textContent = chance(found);
      ess.textContent = `± ${found.answered ? found.mcse.toFixed(3) : "n/a"}; ${Math.round(found.ess)}`;
    }
  };
  const question = () => {
    const given = active().map(condition).join(" and ");
    if (state.asked && state.scenario === BASELINE) return given ? `P(${state.asked.expression} | ${given})` : `P(${state.asked.expression})`;
    return given ? `P(${given})` : "";
  };
  const drawQuestion = () => {
    const asked = question(), file = state.scenario === BASELINE ? "forecast.nc" : `${state.scenario}.nc`;
    const before = state.scenario === BASELINE ? "" : `forkmodel forecast fit.nc --scenario ${state.scenario} --out ${file}\n`;
    const long = asked.length > header.longest;
    part("command").value = asked && !long ? `${before}forkmodel query ${file} '${asked}'` : "";
    part("command").placeholder = long ? "The question is longer than forkmodel query takes; clear a range." : "Set a range, or press Copy beside a claim.";
    part("copy").disabled = !asked || long;
  };
  const drawControls = (count) => {
    const years = yearsOf(state.scenario);
    part("scenario").value = state.scenario;
    part("year").max = String(Math.max(years.length - 1, 0));
    part("year").value = String(years.indexOf(state.year));
    part("year").disabled = years.length < 2;
    part("year").setAttribute("aria-valuetext", state.year);
    part("year-name").value = state.year;
    part("meaning").textContent = header.scenarios.find(({ name }) => name === state.scenario).meaning;
    const found = share(mask, everyone);
    part("count").textContent = `${count.toLocaleString("en")} of ${n.toLocaleString("en")} worlds` +
      (count < n && found.answered ? `, P = ${found.probability.toFixed(3)} ± ${found.mcse.toFixed(3)}` : "");
    const wanted = cards.map((card) => view(card, state.scenario, state.year)).filter(Boolean);
    if (!wanted.some((entry) => entry.question === state.subject)) state.subject = wanted[0].question;
    const list = part("subject"), key = `${state.scenario}|${state.year}`;
    if (list.dataset.key !== key) {
      list.dataset.key = key;
      list.replaceChildren(...wanted.map((entry) => make("option", { value: entry.question, text: named(entry) })));
    }
    list.value = state.subject;
    const { grid } = questions.get(state.subject).card, [low, high] = state.ranges.get(state.subject) || [0, grid.levels];
    const stops = Math.min(grid.step ? grid.levels : 200, 200);
    [["low", "from", low], ["high", "to", high]].forEach(([slider, field, code]) => {
      part(slider).max = String(stops);
      if (document.activeElement !== part(slider)) part(slider).value = String(Math.round(stops * position(grid, code)));
      part(slider).setAttribute("aria-valuetext", String(edge(grid, code)));
      part(slider).setAttribute("aria-label", `${slider === "low" ? "From" : "To"}, ${named(questions.get(state.subject))}`);
      if (document.activeElement !== part(field)) part(field).value = String(edge(grid, code));
    });
  };
  const drawChips = () => {
    const chips = [...state.ranges].map(([name, range]) => {
      const entry = questions.get(name), { grid } = entry.card;
      const ends = [range[0] > 0 ? `from ${number(edge(grid, range[0]))}` : "", range[1] < grid.levels ? `below ${number(edge(grid, range[1]))}` : ""];
      const idle = columnOf(name) ? "" : " (not carried in this scenario, so not applied)";
      const chip = make("button", { type: "button", class: idle ? "explorer-idle" : "", text: `${named(entry)}: ${ends.filter(Boolean).join(", ")}${idle} ×` });
      chip.setAttribute("aria-label", `Remove the range of ${chip.textContent.slice(0, -2)}`);
      chip.addEventListener("click", () => setRange(name, 0, grid.levels));
      return chip;
    });
    if (chips.length > 1) {
      const all = make("button", { type: "button", text: "Clear all" });
      all.addEventListener("click", () => { state.ranges.clear(); draw(); });
      chips.push(all);
    }
    part("chips").replaceChildren(...chips);
  };
  let waiting = 0;
  const paint = () => {
    waiting = 0;
    performance.clearMeasures("explorer");
    const begun = performance.now(), count = select();
    cards.forEach((card) => drawCard(card, count));
    drawClaims(count);
    drawControls(count);
    drawChips();
    drawQuestion();
    performance.measure("explorer", { start: begun });
    remember();
  };
  function draw() { if (!waiting) waiting = requestAnimationFrame(paint); }

  // --- The address: everything above, so that a link shows the same ------------------------------------------
  let saving = 0;
  function remember() {
    clearTimeout(saving);
    saving = setTimeout(() => {
      const known = new URLSearchParams();
      if (state.scenario !== BASELINE) known.set("scenario", state.scenario);
      if (state.year !== firstYear(BASELINE)) known.set("year", state.year);
      for (const [name, [low, high]] of state.ranges) {
        const { grid } = questions.get(name).card;
        known.set(name, `${low > 0 ? edge(grid, low) : ""}..${high < grid.levels ? edge(grid, high) : ""}`);
      }
      const said = String(known), hash = said ? `#explorer?${said}` : location.hash.startsWith("#explorer?") ? "#explorer" : "";
      if (hash && hash !== location.hash) history.replaceState(null, "", hash);
    }, 200);
  }
  // The middle year, as elsewhere on the page.
  const firstYear = (scenario) => { const years = yearsOf(scenario); return years[Math.floor((years.length - 1) / 2)] || ""; };
  const recall = () => {
    const known = new URLSearchParams(location.hash.startsWith("#explorer?") ? location.hash.slice(10) : "");
    const scenario = known.get("scenario");
    state.scenario = header.scenarios.some(({ name }) => name === scenario) && yearsOf(scenario).length ? scenario : BASELINE;
    state.year = yearsOf(state.scenario).includes(known.get("year")) ? known.get("year") : firstYear(state.scenario);
    state.ranges.clear();
    for (const [name, said] of known) {
      const entry = questions.get(name), ends = said.split("..");
      if (!entry || ends.length !== 2) continue;
      const { grid } = entry.card;
      const [low, high] = ends.map((end, place) => (end !== "" && Number.isFinite(Number(end)) ? nearest(grid, Number(end)) : place * grid.levels));
      if (low < high) state.ranges.set(name, [low, high]);
    }
    draw();
  };

  // --- Events -------------------------------------------------------------------------------------------------
  const copyCommand = () => requestAnimationFrame(() => {
    const command = part("command"), said = (text) => { part("copied").textContent = text; };
    const byHand = () => { command.focus(); command.select(); said("Selected; copy it with the keyboard."); };
    if (!navigator.clipboard) byHand();
    else navigator.clipboard.writeText(command.value).then(() => said("Copied."), byHand);
  });
  const codesOf = () => state.ranges.get(state.subject) || [0, questions.get(state.subject).card.grid.levels];
  const onEnd = (name, place, code) => part(name).addEventListener(name === "low" || name === "high" ? "input" : "change", () => {
    const { grid } = questions.get(state.subject).card, ends = [...codesOf()];
    ends[place] = code(part(name), grid, place);
    if (ends[0] < ends[1]) setRange(state.subject, ...ends); else draw();
  });
  const bySlider = (node, grid) => (grid.step && grid.levels <= 200 ? Number(node.value) : round(grid, Number(node.value) / Number(node.max)));
  const byField = (node, grid, place) => (node.value === "" ? place * grid.levels : nearest(grid, Number(node.value)));
  onEnd("low", 0, bySlider);
  onEnd("high", 1, bySlider);
  onEnd("from", 0, byField);
  onEnd("to", 1, byField);
  part("subject").addEventListener("change", (event) => { state.subject = event.target.value; draw(); });
  part("year").addEventListener("input", (event) => { state.year = yearsOf(state.scenario)[Number(event.target.value)]; draw(); });
  part("scenario").addEventListener("change", (event) => {
    state.scenario = event.target.value;
    if (!yearsOf(state.scenario).includes(state.year)) state.year = firstYear(state.scenario);
    draw();
  });
  part("copy").addEventListener("click", copyCommand);
  part("chips").addEventListener("click", () => { state.asked = null; });
  const tool = root.querySelector(".explorer-tool");
  // A link to the explorer, with ranges or without, opens it.
  const follow = () => {
    tool.open ||= location.hash === "#explorer" || location.hash.startsWith("#explorer?");
  };
  window.addEventListener("hashchange", () => { follow(); if (location.hash.startsWith("#explorer?")) recall(); });

  tool.hidden = false;
  follow();
  root.querySelector(".explorer-static").hidden = true;
  recall();
  if (location.hash.startsWith("#explorer?")) root.scrollIntoView();
})();
