/* One curve as the browser holds it: the points the server chose, raw and smoothed, and what is said about it. */

class Line {
  constructor(series) {
    this.series = series;
    this.forget();
    this.answer = { points: 0 };
  }

  static identity(series) {
    return `${series.run}\n${series.tag}`;
  }

  /* The next answer is to bring every point again; those drawn stay until it is there. */
  forget() {
    this.have = "";
    this.raw ??= { x: [], y: [] };
    this.smooth ??= { x: [], y: [] };
  }

  /* Takes an answer of /api/curves; true when there is something new to draw. */
  take(answer) {
    const same = answer.have !== undefined && answer.x === undefined;
    if (answer.points === 0 || answer.no_epochs) {
      const had = this.raw.x.length > 0 || this.answer.no_epochs !== answer.no_epochs;
      this.raw = { x: [], y: [] };
      this.smooth = { x: [], y: [] };
      this.have = "";
      this.answer = answer;
      return had;
    }
    if (same) return false;
    Line.replace(this.raw, answer.from, answer.x, answer.y);
    Line.replace(this.smooth, answer.from, answer.sx ?? [], answer.sy ?? []);
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
    return { x: this.raw.x[index], y: this.raw.y[index], s: this.bold.y[bold] };
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

/* Lowest and highest y of some curves between two x, raw and smoothed: [low, high], or null where nothing is. */
function verticalExtent(lines, left, right) {
  let low = Infinity;
  let high = -Infinity;
  for (const line of lines) {
    for (const points of [line.raw, line.smooth]) {
      const end = Math.min(points.x.length, firstFrom(points.x, right) + 1);
      for (let index = Math.max(0, firstFrom(points.x, left) - 1); index < end; index += 1) {
        const y = points.y[index];
        if (y === null) continue;
        if (y < low) low = y;
        if (y > high) high = y;
      }
    }
  }
  return low <= high ? [low, high] : null;
}

/* A little air around the curves; quantities that are never negative do not get a negative axis. */
function withAir([low, high]) {
  const air = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}
