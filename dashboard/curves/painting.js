/* Draws curves on uPlot's canvas: the raw curve faint, the smoothed one bold over it, validation dashed. */

function paintLines(plot, lines, look) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top - look.bold.width, bbox.width, bbox.height + 2 * look.bold.width);
  ctx.clip();
  ctx.lineJoin = "round";
  for (const line of lines) if (line.smooth.x.length) strokePoints(plot, line.raw, line.series, look.faint);
  for (const line of lines) strokePoints(plot, line.bold, line.series, look.bold);
  ctx.restore();
  for (const line of lines) dotPoints(plot, line, look);
}

function scaler({ min, max }, start, size, flipped) {
  const perUnit = size / (max - min);
  return flipped ? (value) => start + size - (value - min) * perUnit : (value) => start + (value - min) * perUnit;
}

function scalers(plot) {
  const { left, top, width, height } = plot.bbox;
  return [scaler(plot.scales.x, left, width, false), scaler(plot.scales.y, top, height, true)];
}

/* Indices of the points in view and of one more on either side. */
function inView(plot, x) {
  return [Math.max(0, firstFrom(x, plot.scales.x.min) - 1), Math.min(x.length, firstFrom(x, plot.scales.x.max) + 1)];
}

/* Chromium without a graphics card fills one long zigzag ten times slower than the same in short pieces. */
const PIECE = 16;

function strokePoints(plot, points, series, stroke) {
  const { ctx } = plot;
  const [toX, toY] = scalers(plot);
  const [begin, end] = inView(plot, points.x);
  const dash = (series.dashed && stroke.dash) || [];
  ctx.globalAlpha = stroke.alpha;
  ctx.strokeStyle = series.colour;
  ctx.lineWidth = stroke.width;
  // Round ends of faint pieces would overlap and show as dots, those of dashes would fill the gaps.
  ctx.lineCap = dash.length || stroke.alpha < 1 ? "butt" : "round";
  ctx.setLineDash(dash);
  const pen = new Pen(ctx, dash.length > 0);
  for (let index = begin; index < end; index += 1) {
    const y = points.y[index];
    if (y === null) pen.lift();
    else pen.to(toX(points.x[index]), toY(y));
  }
  pen.lift();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
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
function dotPoints(plot, line, look) {
  const { ctx } = plot;
  const points = line.bold;
  const [toX, toY] = scalers(plot);
  const [begin, end] = inView(plot, points.x);
  const few = (end - begin) * look.dotSpace < plot.bbox.width;
  const newest = line.answer.extent?.[1];
  ctx.fillStyle = line.series.colour;
  for (let index = begin; index < end; index += 1) {
    const y = points.y[index];
    if (y === null || points.x[index] < plot.scales.x.min || points.x[index] > plot.scales.x.max) continue;
    const isNewest = points.x[index] === newest;
    const alone = (points.y[index - 1] ?? null) === null && (points.y[index + 1] ?? null) === null;
    if (!isNewest && !few && !alone) continue;
    ctx.beginPath();
    ctx.arc(toX(points.x[index]), toY(y), isNewest ? look.dot : look.dot * 0.7, 0, 2 * Math.PI);
    ctx.fill();
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
    dot: (present ? 8 : 3.5) * ratio,
    dotSpace: (present ? 40 : 18) * ratio,
  };
}
