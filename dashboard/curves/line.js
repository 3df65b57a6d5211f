/* One curve as the browser holds it: the points the server chose, raw and smoothed, and what is said about it. The
   mean of several seeds is a curve too, with an edge one standard deviation above it and one below. Its seeds are
   curves behind it: they are drawn where the mean has ended, because one of them has not come so far. */

const LAYERS = ["raw", "smooth", "high", "low"];

class Line {
  constructor(series) {
    this.series = series;
    this.forget();
    this.answer = { points: 0 };
  }

  static identity(series) {
    return `${series.run}\n${series.tag}${series.seeds?.length ? "\nmean" : ""}`;
  }

  /* What a page asks to be drawn, with the seeds behind every mean. */
  static wanted(asked) {
    return asked.flatMap((series) => [
      series,
      ...(series.seeds ?? []).map(([run, label]) => ({ ...series, run, label, seeds: [], behind: Line.identity(series) })),
    ]);
  }

  /* The next answer is to bring every point again; those drawn stay until it is there. */
  forget() {
    this.have = "";
    for (const layer of LAYERS) this[layer] ??= { x: [], y: [] };
  }

  /* Takes an answer of /api/curves; true when there is something new to draw. */
  take(answer) {
    const same = answer.have !== undefined && answer.x === undefined;
    if (answer.points === 0 || answer.no_epochs) {
      const had = this.raw.x.length > 0 || this.answer.no_epochs !== answer.no_epochs;
      for (const layer of LAYERS) this[layer] = { x: [], y: [] };
      this.have = "";
      this.answer = answer;
      return had;
    }
    if (same) return false;
    Line.replace(this.raw, answer.from, answer.x, answer.y);
    Line.replace(this.smooth, answer.from, answer.sx ?? [], answer.sy ?? []);
    Line.replace(this.high, answer.from, answer.hx ?? [], answer.hy ?? []);
    Line.replace(this.low, answer.from, answer.lx ?? [], answer.ly ?? []);
    this.have = answer.have;
    this.answer = answer;
    return true;
  }

  static replace(points, from, x, y) {
    let kept = from === null ? 0 : points.x.length;
    while (kept > 0 && points.x[kept - 1] >= from) kept -= 1;
    points.x.length = kept;
    points.y.length = kept;
    for (let index = 0; index < x.length; index += 1) {
      points.x.push(x[index]);
      points.y.push(y[index]);
    }
  }

  /* The points drawn boldly. */
  get bold() {
    return this.smooth.x.length ? this.smooth : this.raw;
  }

  /* All that is drawn of it: below a smoothed mean its band is enough. */
  get drawn() {
    const { raw, smooth, high, low } = this;
    return high.x.length ? [this.bold, high, low] : [raw, smooth];
  }

  /* From which x on it is drawn: a seed from where it stood when its mean ended, if it went on from there. */
  get from() {
    if (!this.mean) return -Infinity;
    const { extent, ends, last } = this.mean.answer;
    if (!extent) return -Infinity;
    if (!(this.answer.last?.step > last.step)) return Infinity;
    return ends?.[this.series.run] ?? extent[1];
  }

  /* What the legend calls it: of a mean, how many seeds it is of by now. */
  name(words) {
    const { label, seeds } = this.series;
    const n = this.answer.seeds;
    if (!seeds?.length || n === undefined) return label;
    const sentence = n === 1 ? words.one_seed : n < seeds.length ? words.mean_of_some : words.mean;
    return fill(sentence, { label, n, all: seeds.length });
  }

  get isThinned() {
    return this.raw.x.length < this.answer.points;
  }

  /* How far apart drawn points are on average. */
  spacing() {
    const { extent } = this.answer;
    return extent ? (extent[1] - extent[0]) / Math.max(1, this.raw.x.length - 1) : 0;
  }

  /* The drawn point nearest to x, in the form of an answer to `at`; null where the curve has not begun or is over. */
  nearest(x) {
    const { extent } = this.answer;
    if (!extent || !this.raw.x.length) return null;
    const reach = (extent[1] - extent[0]) / Math.max(1, this.raw.x.length - 1);
    if (x < extent[0] - reach || x > extent[1] + reach) return null;
    const index = nearestIndex(this.raw.x, x);
    const bold = nearestIndex(this.bold.x, x);
    const point = { x: this.raw.x[index], y: this.raw.y[index], s: this.bold.y[bold] };
    if (!this.high.x.length) return point;
    const edge = this.high.y[nearestIndex(this.high.x, this.bold.x[bold])];
    return { ...point, d: edge === null || point.s === null ? null : edge - point.s };
  }
}

function firstFrom(sorted, x) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nearestIndex(sorted, x) {
  const behind = firstFrom(sorted, x);
  if (behind === 0) return 0;
  if (behind === sorted.length) return behind - 1;
  return sorted[behind] - x < x - sorted[behind - 1] ? behind : behind - 1;
}

/* Lowest and highest y of some curves between two x, with all that is drawn of them: [low, high], or null where
   nothing is. On a logarithmic axis only what is above 0 has a place. */
function verticalExtent(lines, left, right, isLog = false) {
  let low = Infinity;
  let high = -Infinity;
  for (const line of lines) {
    const first = Math.max(left, line.from);
    if (first > right) continue;
    for (const points of line.drawn) {
      const end = Math.min(points.x.length, firstFrom(points.x, right) + 1);
      for (let index = Math.max(0, firstFrom(points.x, first) - 1); index < end; index += 1) {
        const y = points.y[index];
        if (y === null || (isLog && y <= 0)) continue;
        if (y < low) low = y;
        if (y > high) high = y;
      }
    }
  }
  return low <= high ? [low, high] : null;
}

/* Where to cut outliers off: what the server says of the curves, null where it says nothing. */
function clipped(lines, isLog = false) {
  const edges = lines.filter((line) => line.answer.clip && !line.mean).flatMap((line) => line.answer.clip);
  const shown = edges.filter((edge) => !isLog || edge > 0);
  return shown.length ? [Math.min(...shown), Math.max(...shown)] : null;
}

/* A little air around the curves; quantities that are never negative do not get a negative axis. */
function withAir([low, high], isLog = false) {
  if (isLog) {
    const factor = (high / low) ** 0.05;
    return factor > 1 ? [low / factor, high * factor] : [low / 2, high * 2];
  }
  const air = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}
