/* The small buttons beside a chart's title: to pin it, to move it, to save it. On a slide there are none. */

const KINDS = ["png", "svg", "csv"];

class ToolBar {
  constructor(chart) {
    this.chart = chart;
    this.node = element("div", "tools");
    this.pin = this.button("keep", () => chart.tell("arranged", "pin"));
    this.earlier = this.button("arrow_back", () => chart.tell("arranged", "earlier"));
    this.later = this.button("arrow_forward", () => chart.tell("arranged", "later"));
    this.menu = element("details", "save");
    this.summary = element("summary", "icon", "download");
    this.choices = element("div", "choices");
    for (const kind of KINDS) this.choices.append(this.choice(kind));
    this.menu.append(this.summary, this.choices);
    this.menu.addEventListener("focusout", (event) => {
      if (!this.menu.contains(event.relatedTarget)) this.menu.open = false;
    });
    this.menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.menu.open = false;
      this.summary.focus();
    });
    this.node.append(this.pin, this.earlier, this.later, this.menu);
  }

  button(icon, press) {
    const button = element("button", "icon", icon);
    button.type = "button";
    button.addEventListener("click", press);
    return button;
  }

  choice(kind) {
    const button = element("button", `choice ${kind}`);
    button.type = "button";
    button.addEventListener("click", () => {
      this.menu.open = false;
      saveChart(this.chart, kind).catch(reportError);
    });
    return button;
  }

  write({ present, place, words }) {
    this.node.hidden = present;
    for (const [button, text] of [
      [this.pin, place?.pinned ? words.unpin : words.pin],
      [this.earlier, words.earlier],
      [this.later, words.later],
      [this.summary, words.save],
    ]) {
      button.title = text;
      button.setAttribute("aria-label", text);
    }
    this.pin.hidden = this.earlier.hidden = this.later.hidden = !place;
    this.pin.classList.toggle("pinned", Boolean(place?.pinned));
    this.pin.setAttribute("aria-pressed", String(Boolean(place?.pinned)));
    this.earlier.disabled = Boolean(place?.first);
    this.later.disabled = Boolean(place?.last);
    for (const kind of KINDS) setText(this.choices.querySelector(`.${kind}`), words.save_as[kind]);
  }
}
