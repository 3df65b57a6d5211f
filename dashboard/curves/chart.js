/* One chart: its curves, what of them is shown (zoom, isolation), and the page elements they are drawn into. */

/* What a person chose to see, by chart: kept when Streamlit takes the chart down and puts it up again. */
const chosenViews = new Map();

/* Charts that are to be drawn, one a frame: many in one would hold the page up. */
const frames = {
  waiting: new Set(),

  add(chart) {
    if (!this.waiting.size) requestAnimationFrame(() => this.next());
    this.waiting.add(chart);
  },

  remove(chart) {
    this.waiting.delete(chart);
  },

  next() {
    const [chart] = this.waiting;
    this.waiting.delete(chart);
    if (this.waiting.size) requestAnimationFrame(() => this.next());
    chart?.paint();
  },
};

class Chart {
  constructor(mount) {
    this.lines = [];
    this.zoom = null;
    this.isolated = null;
    this.round = 0;
    this.told = [];
    this.state = "loading";
    this.buildPage(mount);
    this.legend = new Legend(this.list, (identity) => this.isolate(identity));
    this.hover = new Hover(this, (x) => this.valuesAt(x));
    this.root.append(this.hover.panel);
    this.asking = new Asking((signal) => this.refresh(signal), (state, text) => this.hear(state, text));
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(this.stage);
    this.inSight = true;
    this.sight = new IntersectionObserver((entries) => this.see(entries.at(-1).isIntersecting), { rootMargin: "200px" });
    this.sight.observe(this.root);
  }

  buildPage(mount) {
    this.root = element("section", "curves");
    this.title = element("h4", "title");
    this.everything = element("button", "everything");
    this.everything.type = "button";
    this.everything.addEventListener("click", () => this.show(null));
    this.bar = new ToolBar(this);
    const head = element("header");
    head.append(this.title, this.everything, this.bar.node);
    this.stage = element("div", "stage");
    this.empty = element("p", "empty");
    this.list = element("ul", "legend");
    this.notes = element("div", "notes");
    this.notes.setAttribute("role", "status");
    this.stage.append(this.empty);
    this.root.append(head, this.stage, this.list, this.notes);
    mount.append(this.root);
  }

  /* Takes what the page asks for now; keeps all that is still wanted. */
  update(request) {
    const before = this.request;
    this.request = request;
    this.words = request.words;
    this.axis = request.axis;
    // The time of day has no zero to count octaves from.
    this.logX = request.log_x && request.axis !== "wall";
    const known = new Map(this.lines.map((line) => [Line.identity(line.series), line]));
    const wanted = Line.wanted(request.series);
    const others = wanted.every((series) => !known.has(Line.identity(series)));
    this.lines = wanted.map((series) => {
      const line = known.get(Line.identity(series)) ?? new Line(series);
      line.series = series;
      return line;
    });
    const means = new Map(this.lines.map((line) => [Line.identity(line.series), line]));
    for (const line of this.lines) line.mean = means.get(line.series.behind) ?? null;
    const across = (one) => `${one.axis} ${one.log_x}`;
    if (!before && !request.seen) this.remember();
    else if (!before || others || across(before) !== across(request)) this.zoom = null;
    this.follow(before?.seen, request.seen);
    if (!this.lines.some((line) => Line.identity(line.series) === this.isolated)) this.isolated = null;
    const asked = (one) => JSON.stringify([one.axis, one.smoothing, one.log_x, one.clip]);
    if (before && asked(before) !== asked(request)) this.askAgain();
    this.writePage();
    const drawn = (one) => JSON.stringify([one.present, one.height, one.log_x, one.axis, one.log_y]);
    if (!before || drawn(before) !== drawn(request)) this.buildPlot();
    this.draw();
    this.asking.now();
  }

  /* Shows what the address asks for, when that is new and not the echo of what this very chart told it. */
  follow(before, seen) {
    const text = JSON.stringify(seen ?? null);
    const echo = this.told.indexOf(text);
    this.told = this.told.slice(echo + 1);
    if (!seen || echo >= 0 || text === JSON.stringify(before ?? null)) return;
    this.isolated = this.identityOf(seen);
    if (JSON.stringify(seen.zoom) === JSON.stringify(this.zoom)) return;
    this.zoom = seen.zoom;
    this.askAgain();
  }

  identityOf({ run, is_mean: isMean }) {
    const found = this.lines.find(({ series }) => !series.behind && series.run === run && Boolean(series.seeds?.length) === isMean);
    return found ? Line.identity(found.series) : null;
  }

  /* Tells the page what is seen, for its address. */
  tellSeen() {
    if (!this.request.seen) return;
    const alone = this.lines.find((line) => Line.identity(line.series) === this.isolated)?.series;
    const seen = { zoom: this.zoom, run: alone?.run ?? null, is_mean: Boolean(alone?.seeds?.length) };
    this.told = [...this.told.slice(-20), JSON.stringify(seen)];
    this.tell("looked", seen);
  }

  remember() {
    const chosen = chosenViews.get(this.request.key);
    const same = chosen?.axis === this.axis && this.lines.some((line) => chosen.series.has(Line.identity(line.series)));
    if (same) ({ zoom: this.zoom, isolated: this.isolated } = chosen);
  }

  keepChoice() {
    const series = new Set(this.lines.map((line) => Line.identity(line.series)));
    chosenViews.set(this.request.key, { zoom: this.zoom, isolated: this.isolated, axis: this.axis, series });
    this.tellSeen();
  }

  writePage() {
    const { title, present, height, words } = this.request;
    this.title.textContent = title;
    this.root.setAttribute("aria-label", title);
    this.root.classList.toggle("present", present);
    this.stage.style.height = `${height}px`;
    this.everything.textContent = words.everything;
    this.list.setAttribute("aria-label", words.legend);
    this.list.classList.toggle("means", this.lines.some((line) => line.mean));
    this.legend.show(this.lines, words);
    this.bar.write(this.request);
  }

  buildPlot() {
    if (!window.uPlot) return;
    this.plot?.destroy();
    this.look = lookOf(this.root, this.request.present);
    this.plot = new window.uPlot(plotOptions(this), [[0, 1]], this.stage);
    this.hover.listen(this.plot.over);
    this.resize();
    this.draw();
  }

  resize() {
    if (!this.plot) return;
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || (this.plot.width === width && this.plot.height === height)) return;
    const columns = this.columns();
    this.plot.setSize({ width, height });
    if (columns !== this.columns()) this.askAgain();
    this.draw();
  }

  /* Whole steps of 64, so that a scroll bar that comes and goes does not fetch everything again. */
  columns() {
    const width = this.plot ? this.plot.bbox.width / (window.devicePixelRatio || 1) : this.stage.clientWidth;
    return Math.min(4000, Math.max(128, Math.ceil(width / 64) * 64));
  }

  visible() {
    if (this.isolated === null) return this.lines;
    return this.lines.filter((line) => [Line.identity(line.series), line.series.behind].includes(this.isolated));
  }

  isolate(identity) {
    this.isolated = this.isolated === identity ? null : identity;
    this.keepChoice();
    this.draw();
  }

  /* Shows the part [from, to] of the axis in the detail it deserves, or all of it (null). */
  show(range) {
    this.zoom = range && rounded(range);
    this.keepChoice();
    this.askAgain();
    this.draw();
    this.asking.now();
  }

  /* The curves as they are held do not fit any more what is to be shown; answers on their way neither. */
  askAgain() {
    this.round += 1;
    for (const line of this.lines) line.forget();
    if (this.asking.running) this.asking.now();
  }

  common() {
    const query = { smoothing: this.request.smoothing, axis: this.axis, columns: this.columns() };
    if (this.logX) query.log = 1;
    if (this.request.clip) query.clip = 1;
    if (this.zoom) Object.assign(query, { from: this.zoom[0], to: this.zoom[1] });
    return new URLSearchParams(query).toString();
  }

  address(query, path = "/api/curves") {
    return `${this.base()}${path}?${query}`;
  }

  base() {
    return this.request.base_url.replace(/\/+$/, "");
  }

  async refresh(signal) {
    await loadPlotting(this.base());
    if (!this.plot) this.buildPlot();
    const { round } = this;
    const queries = queriesFor(this.lines, this.common());
    const answers = await Promise.all(queries.map((query) => askFor(this.address(query.text), signal)));
    if (round !== this.round) return;
    let isNew = this.state === "loading";
    this.damage = Object.assign({}, ...answers.map((answer) => answer.damage));
    queries.forEach((query, part) => {
      query.lines.forEach((line, position) => {
        isNew = line.take(answers[part].series[position]) || isNew;
      });
    });
    const begun = this.lines.some((line) => line.answer.points > 0);
    this.asking.pause = begun ? pauseUntilRead(answers[0].age) : FIRST_PAUSE;
    if (isNew) this.draw();
    this.describe();
  }

  async valuesAt(x) {
    const { round, lines } = this;
    try {
      const queries = queriesFor(lines, this.common());
      const answers = await Promise.all(queries.map((query) => askFor(this.address(`${query.text}&at=${x}`))));
      if (round !== this.round) return null;
      return new Map(queries.flatMap((query, part) => query.lines.map((line, n) => [line, answers[part].at[n]])));
    } catch (error) {
      if (!(error instanceof Lost || error instanceof Refused)) throw error;
      return null; // the next round tells what is wrong; the drawn values stay
    }
  }

  hear(state, text) {
    this.state = state;
    this.trouble = { live: "", lost: this.words.lost, refused: text || this.words.refused }[state];
    if (state === "live") this.root.dataset.updatedAt = String(Date.now());
    this.describe();
  }

  /* What nobody can see is kept up to date, but drawn only when it comes into sight. */
  see(inSight) {
    const came = inSight && !this.inSight;
    this.inSight = inSight;
    if (came) this.draw();
  }

  draw() {
    this.legend.update(this.lines, this.isolated, this.words);
    this.everything.hidden = this.zoom === null;
    if (this.plot && this.inSight) frames.add(this);
  }

  paint() {
    this.look = lookOf(this.root, this.request.present);
    this.plot.axes[0].label = this.words.axis[this.axis];
    this.plot.setData([this.range()]);
    this.hover.show();
  }

  /* The part of the axis that is shown. */
  range() {
    if (this.zoom) return this.zoom;
    const shown = this.visible().filter((line) => line.from < Infinity);
    const extents = shown.flatMap((line) => line.answer.extent ?? []).filter((x) => !this.logX || x > 0);
    if (!extents.length) return this.logX ? [1, 10] : [0, 1];
    const [left, right] = [Math.min(...extents), Math.max(...extents)];
    if (left < right) return [left, right];
    return this.logX ? [left / 2, right * 2] : [left - 0.5, right + 0.5];
  }

  verticalRange() {
    const isLog = this.request.log_y;
    const cut = this.request.clip ? clipped(this.visible(), isLog) : null;
    const extent = cut ?? verticalExtent(this.visible(), ...this.range(), isLog);
    return extent ? withAir(extent, isLog) : isLog ? [0.1, 1] : [0, 1];
  }

  /* What stands at the axes, for the picture that is saved. */
  keepTicks(axis, splits, texts) {
    this.ticks = { ...this.ticks, [axis]: splits.map((split, index) => [split, texts[index]]) };
    return texts;
  }

  describe() {
    const sum = (number) => this.lines.reduce((total, line) => total + number(line), 0);
    const steps = this.lines.flatMap((line) => line.answer.last?.step ?? []);
    Object.assign(this.root.dataset, {
      state: this.state,
      series: String(this.lines.filter((line) => !line.mean).length),
      points: String(sum((line) => (line.mean ? 0 : line.answer.points))),
      drawn: String(sum((line) => line.raw.x.length + line.smooth.x.length)),
      lastStep: steps.length ? String(Math.max(...steps)) : "",
      zoom: this.zoom ? this.zoom.join(",") : "",
      range: this.range().join(","),
      vertical: this.plot ? `${this.plot.scales.y.min},${this.plot.scales.y.max}` : "",
      isolated: this.lines.find((line) => Line.identity(line.series) === this.isolated)?.series.label ?? "",
    });
    this.empty.hidden = this.lines.some((line) => line.answer.points > 0);
    this.empty.textContent = this.state === "loading" ? this.words.loading : this.words.empty;
    this.writeNotes();
  }

  writeNotes() {
    const notes = this.trouble ? [["trouble", this.trouble]] : [];
    for (const line of this.lines) notes.push(...this.notesOf(line));
    if (this.isCut()) notes.push(["said", this.words.cut]);
    const shown = JSON.stringify(notes);
    if (shown === this.shownNotes) return;
    this.shownNotes = shown;
    this.notes.replaceChildren(...notes.map(([kind, text]) => element("p", kind, text)));
  }

  notesOf({ series, answer, mean, raw }) {
    const { label } = series;
    const notes = [];
    const damage = this.damage?.[series.run];
    if (damage && !series.seeds?.length) notes.push(["damage", `${label}: ${damage}`]);
    if (answer.no_epochs && !mean) notes.push(["missing", fill(this.words.no_epochs, { label })]);
    if (answer.seeds > 1 && answer.points === 0) notes.push(["missing", fill(this.words.no_mean, { label })]);
    // What is said of a run is not said again of the mean that it is part of.
    if (series.seeds?.length) return notes;
    if (answer.not_finite?.count) notes.push(["missing", fill(this.words.not_finite, { label, ...answer.not_finite })]);
    if (this.request.log_y && raw.y.some((y) => y !== null && y <= 0)) notes.push(["missing", fill(this.words.not_above_zero, { label })]);
    return notes;
  }

  /* Whether something lies outside of the picture because outliers are cut off. */
  isCut() {
    if (!this.request.clip || !this.plot) return false;
    const extent = verticalExtent(this.visible(), ...this.range(), this.request.log_y);
    const { min, max } = this.plot.scales.y;
    return extent !== null && (extent[0] < min || extent[1] > max);
  }

  end() {
    this.asking.end();
    this.resizing.disconnect();
    this.sight.disconnect();
    frames.remove(this);
    this.plot?.destroy();
    this.root.remove();
  }
}
