/* Draws curves on uPlot's canvas: bands of a mean below all, the raw curve faint, the smoothed one bold over it,
   validation dashed, and behind the end of a mean the seeds that went on. What walks along the points knows no canvas:
   the picture that is saved is walked in the same way. */

function paintLines(plot, lines, look) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top - look.bold.width, bbox.width, bbox.height + 2 * look.bold.width);
  ctx.clip();
  ctx.lineJoin = "bevel"; // round joins cost a fifth more, and lines this thin do not show them
  for (const line of lines) fillBand(plot, line, look);
  for (const [line, points, stroke] of strokesOf(lines, look)) strokePoints(plot, line, points, stroke);
  ctx.restore();
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left - look.dot, bbox.top - look.dot, bbox.width + 2 * look.dot, bbox.height + 2 * look.dot);
  ctx.clip();
  for (const line of lines) {
    ctx.fillStyle = line.series.colour;
    eachDot(plot, line, look, (x, y, radius) => {
      ctx.beginPath();
      ctx.arc(x, y, radius, 0, 2 * Math.PI);
      ctx.fill();
    });
  }
  ctx.restore();
}

/* What is stroked, in this order: [line, its points, the stroke]. Below a mean its band is enough. */
function strokesOf(lines, look) {
  const seeds = lines.filter((line) => line.mean && line.from < Infinity);
  const raw = lines.filter((line) => line.smooth.x.length && !line.mean && !line.high.x.length);
  return [
    ...raw.map((line) => [line, line.raw, look.faint]),
    ...seeds.map((line) => [line, line.bold, look.behind]),
    ...lines.filter((line) => !line.mean).map((line) => [line, line.bold, look.bold]),
  ];
}

function scaler({ min, max, distr }, start, size, flipped) {
  if (distr === 3) {
    const even = scaler({ min: Math.log10(min), max: Math.log10(max) }, start, size, flipped);
    return (value) => even(Math.log10(value));
  }
  const perUnit = size / (max - min);
  return flipped ? (value) => start + size - (value - min) * perUnit : (value) => start + (value - min) * perUnit;
}

function scalers(plot) {
  const { left, top, width, height } = plot.bbox;
  return [scaler(plot.scales.x, left, width, false), scaler(plot.scales.y, top, height, true)];
}

/* Whether a value has a place on the vertical axis. */
function hasPlace(plot, y) {
  return y !== null && (plot.scales.y.distr !== 3 || y > 0);
}

/* Indices of the points in view and of one more on either side. */
function inView(plot, x, from = -Infinity) {
  const first = firstFrom(x, Math.max(plot.scales.x.min, from)) - 1;
  return [Math.max(0, first), Math.min(x.length, firstFrom(x, plot.scales.x.max) + 1)];
}

/* Chromium without a graphics card fills one long zigzag ten times slower than the same in short pieces. */
const PIECE = 16;

function strokePoints(plot, line, points, stroke) {
  const { ctx } = plot;
  const dash = (line.series.dashed && stroke.dash) || [];
  ctx.globalAlpha = stroke.alpha;
  ctx.strokeStyle = line.series.colour;
  ctx.lineWidth = stroke.width;
  // Round ends of faint pieces would overlap and show as dots, those of dashes would fill the gaps.
  ctx.lineCap = dash.length || stroke.alpha < 1 ? "butt" : "round";
  ctx.setLineDash(dash);
  walk(plot, points, new Pen(ctx, dash.length > 0), line.from);
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/* Leads a pen along the points in view; it is lifted where there is nothing to draw. */
function walk(plot, points, pen, from) {
  const [toX, toY] = scalers(plot);
  const [begin, end] = inView(plot, points.x, from);
  for (let index = begin; index < end; index += 1) {
    const y = points.y[index];
    if (hasPlace(plot, y)) pen.to(toX(points.x[index]), toY(y));
    else pen.lift();
  }
  pen.lift();
}

function fillBand(plot, line, look) {
  const { ctx } = plot;
  ctx.globalAlpha = look.band;
  ctx.fillStyle = line.series.colour;
  for (const corners of bandPieces(plot, line)) {
    ctx.beginPath();
    for (const [x, y] of corners) ctx.lineTo(x, y);
    ctx.fill();
  }
  ctx.globalAlpha = 1;
}

/* The corners of the areas between the two edges of a mean: one area where it has no gaps. */
function bandPieces(plot, line) {
  const { high, low } = line;
  const [toX, toY] = scalers(plot);
  const floor = plot.bbox.top + plot.bbox.height;
  const [begin, end] = inView(plot, high.x);
  const pieces = [];
  for (let first = begin; first < end; first += 1) {
    if (!hasPlace(plot, high.y[first])) continue;
    let last = first;
    while (last + 1 < end && hasPlace(plot, high.y[last + 1])) last += 1;
    const corners = [];
    for (let index = first; index <= last; index += 1) corners.push([toX(high.x[index]), toY(high.y[index])]);
    // An edge that goes below a logarithmic axis leaves the picture.
    for (let index = firstFrom(low.x, high.x[last]); index >= 0; index -= 1) {
      if (index >= low.x.length || low.x[index] > high.x[last] || low.y[index] === null) continue;
      if (low.x[index] < high.x[first]) break;
      corners.push([toX(low.x[index]), hasPlace(plot, low.y[index]) ? toY(low.y[index]) : floor]);
    }
    pieces.push(corners);
    first = last;
  }
  return pieces;
}

/* Strokes a line in pieces; a dashed one goes on where its last piece ended. */
class Pen {
  constructor(ctx, dashed) {
    this.ctx = ctx;
    this.dashed = dashed;
    this.length = 0;
    this.count = 0;
    ctx.lineDashOffset = 0;
  }

  to(x, y) {
    if (this.count === 0) {
      this.ctx.beginPath();
      this.ctx.moveTo(x, y);
    } else {
      this.ctx.lineTo(x, y);
      if (this.dashed) this.length += Math.hypot(x - this.x, y - this.y);
    }
    [this.x, this.y] = [x, y];
    this.count += 1;
    if (this.count > PIECE) {
      this.lift();
      this.to(x, y);
    }
  }

  lift() {
    if (this.count > 1) this.ctx.stroke();
    this.count = 0;
    this.ctx.lineDashOffset = this.length;
  }
}

/* The newest point of a curve; every point where there are few; a point alone between gaps, which no line shows. */
function eachDot(plot, line, look, draw) {
  const points = line.bold;
  const [toX, toY] = scalers(plot);
  const [begin, end] = inView(plot, points.x, line.from);
  const few = !line.mean && (end - begin) * look.dotSpace < plot.bbox.width;
  const newest = line.answer.extent?.[1];
  for (let index = begin; index < end; index += 1) {
    const [x, y] = [points.x[index], points.y[index]];
    if (!hasPlace(plot, y) || x < plot.scales.x.min || x > plot.scales.x.max || x <= line.from) continue;
    const isNewest = x === newest;
    const alone = (points.y[index - 1] ?? null) === null && (points.y[index + 1] ?? null) === null;
    if (!isNewest && !few && !alone) continue;
    draw(toX(x), toY(y), isNewest && !line.mean ? look.dot : look.dot * 0.7);
  }
}

/* Widths in canvas pixels and colours of the theme, for a desk or for a lecture hall. */
function lookOf(root, present) {
  const style = getComputedStyle(root);
  const ratio = window.devicePixelRatio || 1;
  return {
    ink: style.color,
    grid: style.getPropertyValue("--curves-grid").trim(),
    font: `${present ? 24 : 12}px ${style.fontFamily}`,
    bold: { alpha: 1, width: (present ? 5 : 2) * ratio, dash: (present ? [14, 12] : [6, 5]).map((n) => n * ratio) },
    faint: { alpha: 0.28, width: (present ? 2 : 1) * ratio, dash: null },
    behind: { alpha: 0.6, width: (present ? 2.5 : 1) * ratio, dash: (present ? [8, 8] : [4, 3]).map((n) => n * ratio) },
    band: 0.2,
    dot: (present ? 8 : 3.5) * ratio,
    dotSpace: (present ? 40 : 18) * ratio,
  };
}
