/* What a chart shows as a picture of its own: an SVG, drawn by the same walks as the canvas, in the canvas's pixels. */

const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, typeof value === "number" ? +value.toFixed(2) : value);
  if (text !== undefined) node.textContent = text;
  return node;
}

/* The pen of `walk` for a path's `d`. */
class PathPen {
  constructor() {
    this.d = "";
    this.down = false;
  }

  to(x, y) {
    this.d += `${this.down ? "L" : "M"}${+x.toFixed(2)} ${+y.toFixed(2)}`;
    this.down = true;
  }

  lift() {
    this.down = false;
  }
}

/* The chart with its title, axes and legend: an <svg> element as large as on the screen. */
function pictureOf(chart) {
  const { plot, look, request } = chart;
  const ratio = window.devicePixelRatio || 1;
  const size = (request.present ? 26 : 14) * ratio;
  const [width, top] = [plot.ctx.canvas.width, 2.4 * size];
  const legend = legendShapes(chart, width, size, ratio);
  const height = top + plot.ctx.canvas.height + legend.height;
  const style = getComputedStyle(chart.root);
  const svg = shape("svg", {
    xmlns: SVG, width: width / ratio, height: height / ratio, viewBox: `0 0 ${width} ${+height.toFixed(2)}`,
    fill: look.ink, "font-family": style.fontFamily.replaceAll('"', "'"), "font-size": size,
  });
  const drawing = shape("g", { transform: `translate(0 ${+top.toFixed(2)})` });
  drawing.append(...axisShapes(chart, ratio), ...curveShapes(chart));
  legend.node.setAttribute("transform", `translate(0 ${+(top + plot.ctx.canvas.height).toFixed(2)})`);
  svg.append(
    shape("rect", { width, height, fill: style.getPropertyValue("--curves-panel").trim() }),
    shape("text", { x: 0.6 * size, y: 1.5 * size, "font-weight": 600, "font-size": 1.1 * size }, request.title),
    drawing,
    legend.node,
  );
  return svg;
}

function axisShapes(chart, ratio) {
  const { plot, look, words, axis, ticks } = chart;
  const { left, top, width, height } = plot.bbox;
  const [toX, toY] = scalers(plot);
  const size = parseFloat(look.font) * ratio;
  const rule = { stroke: look.ink, "stroke-opacity": 0.11, "stroke-width": ratio };
  const shapes = [];
  for (const [x, text] of ticks.x) {
    shapes.push(shape("line", { x1: toX(x), x2: toX(x), y1: top, y2: top + height, ...rule }));
    shapes.push(shape("text", { x: toX(x), y: top + height + 1.4 * size, "font-size": size, "text-anchor": "middle" }, text));
  }
  for (const [y, text] of ticks.y) {
    shapes.push(shape("line", { x1: left, x2: left + width, y1: toY(y), y2: toY(y), ...rule }));
    shapes.push(shape("text", { x: left - 0.5 * size, y: toY(y) + 0.35 * size, "font-size": size, "text-anchor": "end" }, text));
  }
  const label = { x: left + width / 2, y: top + height + 2.9 * size, "font-size": size, "text-anchor": "middle" };
  return [...shapes, shape("text", label, words.axis[axis])];
}

function curveShapes(chart) {
  const { plot, look } = chart;
  const { left, top, width, height } = plot.bbox;
  const frame = shape("clipPath", { id: "frame" });
  frame.append(shape("rect", { x: left, y: top - look.bold.width, width, height: height + 2 * look.bold.width }));
  const inside = shape("g", { "clip-path": "url(#frame)", fill: "none", "stroke-linejoin": "round" });
  for (const line of chart.visible()) {
    for (const corners of bandPieces(plot, line)) {
      const points = corners.map(([x, y]) => `${+x.toFixed(2)},${+y.toFixed(2)}`).join(" ");
      inside.append(shape("polygon", { points, fill: line.series.colour, "fill-opacity": look.band }));
    }
  }
  for (const [line, points, stroke] of strokesOf(chart.visible(), look)) {
    const pen = new PathPen();
    walk(plot, points, pen, line.from);
    const dash = line.series.dashed && stroke.dash ? { "stroke-dasharray": stroke.dash.join(" ") } : {};
    const strokes = { stroke: line.series.colour, "stroke-width": stroke.width, "stroke-opacity": stroke.alpha };
    if (pen.d) inside.append(shape("path", { d: pen.d, ...strokes, ...dash }));
  }
  for (const line of chart.visible())
    eachDot(plot, line, look, (cx, cy, r) => inside.append(shape("circle", { cx, cy, r, fill: line.series.colour })));
  return [frame, inside];
}

/* The legend in as many columns as fit; a name that is too long for its column ends in dots. */
function legendShapes(chart, width, size, ratio) {
  const lines = chart.visible().filter((line) => !line.mean);
  const columns = Math.max(1, Math.floor(width / (24 * size)));
  const [column, row] = [width / columns, 1.6 * size];
  const node = shape("g", {});
  chart.plot.ctx.save();
  chart.plot.ctx.font = `${size}px ${getComputedStyle(chart.root).fontFamily}`;
  lines.forEach((line, number) => {
    const [x, y] = [(number % columns) * column + 0.6 * size, (Math.floor(number / columns) + 1) * row];
    const dash = line.series.dashed ? { "stroke-dasharray": `${5 * ratio} ${4 * ratio}` } : {};
    const stroke = { stroke: line.series.colour, "stroke-width": 3 * ratio, ...dash };
    node.append(shape("line", { x1: x, x2: x + 1.7 * size, y1: y - 0.35 * size, y2: y - 0.35 * size, ...stroke }));
    const { last } = line.answer;
    const value = last ? boldText(line.smooth.x.length > 0, last, chart.words) : "–";
    const room = column - 3.5 * size - chart.plot.ctx.measureText(value).width;
    node.append(shape("text", { x: x + 2.3 * size, y }, shortened(chart.plot.ctx, line.name(chart.words), room)));
    node.append(shape("text", { x: x + column - 1.2 * size, y, "text-anchor": "end", "font-weight": 600 }, value));
  });
  chart.plot.ctx.restore();
  return { node, height: (Math.ceil(lines.length / columns) + 0.6) * row };
}

function shortened(ctx, text, room) {
  const letters = [...text];
  let shown = text;
  while (letters.length > 1 && ctx.measureText(shown).width > room) {
    letters.pop();
    shown = `${letters.join("")}…`;
  }
  return shown;
}
