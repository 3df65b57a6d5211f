/* Under the pointer: the values of all curves at that place, highest first, and a dot on each curve. */

const MOST_ROWS = 24;
const REST = 60;

class Hover {
  /* `exactly(x)` asks the server for the true values there, where the drawn curve is thinned. */
  constructor(chart, exactly) {
    this.chart = chart;
    this.exactly = exactly;
    this.panel = element("div", "hover");
    this.panel.hidden = true;
    this.dots = element("div", "dots");
    this.pointer = null;
    this.exact = null;
  }

  listen(over) {
    over.append(this.dots);
    over.addEventListener("pointermove", (event) => {
      const box = over.getBoundingClientRect();
      this.pointer = { left: event.clientX - box.left, top: event.clientY - box.top };
      this.show();
    });
    over.addEventListener("pointerleave", () => this.leave());
  }

  leave() {
    this.pointer = null;
    clearTimeout(this.timer);
    this.show();
  }

  /* Draws the panel for where the pointer stands now: also after new data moved the curves below it. */
  show() {
    const { plot, lines, words, axis, root } = this.chart;
    const x = this.pointer && plot ? plot.posToVal(this.pointer.left, "x") : 0;
    const shown = this.chart.visible().filter((line) => line.raw.x.length && x > line.from);
    if (!this.pointer || !plot || !shown.length) {
      this.panel.hidden = true;
      this.dots.replaceChildren();
      delete root.dataset.hover;
      return;
    }
    const exact = this.exact?.x === x ? this.exact.values : null;
    if (!exact && shown.some((line) => line.isThinned)) this.askExactly(x);
    const rows = shown
      .map((line) => ({ line, point: (exact && exact.get(line)) ?? line.nearest(x) }))
      .filter((row) => row.point)
      .sort((one, other) => rank(other.point) - rank(one.point));
    const place = rows.reduce((best, { point }) => (Math.abs(point.x - x) < Math.abs(best - x) ? point.x : best), Infinity);
    root.dataset.hover = String(Number.isFinite(place) ? place : x);
    root.dataset.hoverExact = String(Boolean(exact) || !shown.some((line) => line.isThinned));
    this.write(rows, Number.isFinite(place) ? place : x, words, axis);
    this.mark(plot, rows);
    this.position(plot);
  }

  askExactly(x) {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const values = await this.exactly(x);
      if (!values) return;
      this.exact = { x, values };
      if (this.pointer) this.show();
    }, REST);
  }

  write(rows, place, words, axis) {
    const head = element("div", "place", fill(words.place[axis], { x: positionText(axis, place) }));
    const table = element("table");
    for (const { line, point } of rows.slice(0, MOST_ROWS)) {
      const row = element("tr");
      const name = element("td", "name");
      name.append(swatch(line.series), element("span", "label", line.name(words)));
      const smooth = line.smooth.x.length > 0;
      row.append(name, element("td", "value", boldText(smooth, point, words)));
      if (smooth) row.append(element("td", "written", valueOr(point.y, words)));
      if (Math.abs(point.x - place) > line.spacing() * 0.01 && point.x !== place)
        row.append(element("td", "elsewhere", fill(words.at, { x: positionText(axis, point.x) })));
      table.append(row);
    }
    this.panel.replaceChildren(head, table);
    if (rows.length > MOST_ROWS) this.panel.append(element("div", "more", fill(words.more, { n: rows.length - MOST_ROWS })));
    this.panel.hidden = false;
  }

  mark(plot, rows) {
    while (this.dots.children.length > rows.length) this.dots.lastChild.remove();
    while (this.dots.children.length < rows.length) this.dots.append(element("span"));
    rows.forEach(({ line, point }, index) => {
      const y = line.smooth.x.length ? point.s : point.y;
      const style = this.dots.children[index].style;
      const left = plot.valToPos(point.x, "x");
      const inside = hasPlace(plot, y) && left >= 0 && left <= plot.over.clientWidth;
      style.display = inside ? "" : "none";
      if (!inside) return;
      style.background = line.series.colour;
      style.transform = `translate(${left}px, ${plot.valToPos(y, "y")}px)`;
    });
  }

  position(plot) {
    const gap = 16;
    const over = plot.over.getBoundingClientRect();
    const parent = this.panel.offsetParent?.getBoundingClientRect() ?? over;
    const left = over.left - parent.left + this.pointer.left;
    const onTheRight = left + gap + this.panel.offsetWidth <= parent.width;
    const x = onTheRight ? left + gap : Math.max(0, left - gap - this.panel.offsetWidth);
    const top = over.top - parent.top + Math.max(0, Math.min(this.pointer.top, over.height - this.panel.offsetHeight));
    this.panel.style.transform = `translate(${Math.round(x)}px, ${Math.round(top)}px)`;
  }
}

function rank(point) {
  return (point.s ?? point.y) ?? -Infinity;
}
