/* The legend: one button a curve, with the curve's stroke, name and newest value. Text is text, never markup. */

function element(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/* A piece of line as the curve is drawn. */
function swatch(series) {
  const node = element("span", series.dashed ? "swatch dashed" : "swatch");
  node.style.setProperty("--colour", series.colour);
  node.setAttribute("aria-hidden", "true");
  return node;
}

class Legend {
  constructor(list, onIsolate) {
    this.list = list;
    this.onIsolate = onIsolate;
    this.entries = new Map();
  }

  /* Keeps the entries that stay, so that focus and scroll stay too. */
  show(all, words) {
    const lines = all.filter((line) => !line.mean);
    const wanted = new Set(lines.map((line) => Line.identity(line.series)));
    for (const [identity, entry] of this.entries) {
      if (wanted.has(identity)) continue;
      entry.item.remove();
      this.entries.delete(identity);
    }
    lines.forEach((line, position) => {
      const identity = Line.identity(line.series);
      const entry = this.entries.get(identity) ?? this.newEntry(identity);
      const name = line.name(words);
      if (entry.series !== line.series || entry.name !== name) {
        entry.swatch.replaceChildren(swatch(line.series));
        entry.label.textContent = name;
        entry.button.title = name;
        Object.assign(entry, { series: line.series, name });
      }
      if (this.list.children[position] !== entry.item) this.list.insertBefore(entry.item, this.list.children[position] ?? null);
    });
  }

  newEntry(identity) {
    const button = element("button", "entry");
    button.type = "button";
    button.addEventListener("click", () => this.onIsolate(identity));
    const entry = {
      item: element("li"), button, swatch: element("span", "stroke"), label: element("span", "label"),
      value: element("span", "value"), written: element("span", "written"),
    };
    button.append(entry.swatch, entry.label, entry.value, entry.written);
    entry.item.append(button);
    this.entries.set(identity, entry);
    return entry;
  }

  update(lines, isolated, words) {
    this.show(lines, words);
    for (const line of lines.filter((one) => !one.mean)) {
      const entry = this.entries.get(Line.identity(line.series));
      const alone = isolated === Line.identity(line.series);
      entry.button.setAttribute("aria-pressed", String(alone));
      entry.item.classList.toggle("away", isolated !== null && !alone);
      const { last } = line.answer;
      const smooth = line.smooth.x.length > 0;
      setText(entry.value, last ? boldText(smooth, last, words) : "–");
      setText(entry.written, last && smooth ? valueOr(last.y, words) : "");
    }
  }
}

/* What is drawn boldly at a point; of a mean with its standard deviation. */
function boldText(smooth, point, words) {
  const text = valueOr(smooth ? point.s : point.y, words);
  return typeof point.d === "number" ? `${text} ± ${valueText(point.d)}` : text;
}

function valueOr(value, words) {
  return value === null ? words.not_a_number : valueText(value);
}

/* Untouched text keeps a selection and costs no layout. */
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
