/* Numbers as a reader wants them: tabular, times in minutes and hours. */

const NUMBER_INCREMENTS = [];
for (let power = -15; power < 15; power += 1) {
  for (const digit of [1, 2, 5]) NUMBER_INCREMENTS.push(Number(`${digit}e${power}`));
}
const STEP_INCREMENTS = NUMBER_INCREMENTS.filter((increment) => increment >= 1);
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SECOND_INCREMENTS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30,
  MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 30 * DAY, 365 * DAY,
];

function incrementsOf(axis) {
  if (axis === "step") return STEP_INCREMENTS;
  return axis === "epoch" ? NUMBER_INCREMENTS : SECOND_INCREMENTS;
}

/* Four decimals, fewer for large values: numbers below each other can be compared digit by digit. */
function valueText(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  const decimals = size < 10 ? 4 : Math.max(0, 4 - Math.floor(Math.log10(size)));
  return value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/* How many decimals tell neighbours at this distance apart: 0.5 needs one, 0.25 two. */
function decimalsOf(increment) {
  let decimals = 0;
  while (decimals < 8 && Math.abs(+increment.toFixed(decimals) - increment) > increment * 1e-6) decimals += 1;
  return decimals;
}

/* Text at an axis; `largest` decides the unit, so that all of one axis have the same. */
function tickText(value, increment, largest) {
  if (value === 0) return "0";
  if (largest >= 1e9 || (increment < 1e-5 && largest < 1e-3)) return value.toExponential(1);
  if (largest >= 1e6 && increment >= 1e4) return `${+(value / 1e6).toFixed(2)}M`;
  if (largest >= 1e4 && increment >= 100) return `${+(value / 1e3).toFixed(2)}k`;
  return value.toFixed(decimalsOf(increment));
}

function tickTexts(values, increment) {
  const largest = Math.max(...values.map(Math.abs));
  return values.map((value) => tickText(value, increment, largest));
}

function durationText(seconds, increment = 1) {
  const [sign, size] = seconds < 0 ? ["−", -seconds] : ["", seconds];
  const two = (number) => String(number).padStart(2, "0");
  if (increment < 1 && size < MINUTE) return `${sign}${+size.toFixed(3)} s`;
  const whole = Math.round(size);
  if (whole < MINUTE) return `${sign}${whole} s`;
  if (whole < HOUR) return `${sign}${Math.floor(whole / MINUTE)}:${two(whole % MINUTE)} min`;
  const clock = `${Math.floor(whole / HOUR)}:${two(Math.floor((whole % HOUR) / MINUTE))}`;
  return increment < MINUTE ? `${sign}${clock}:${two(whole % MINUTE)} h` : `${sign}${clock} h`;
}

function wallText(seconds, increment) {
  const date = new Date(seconds * 1000);
  if (increment >= DAY) return date.toLocaleDateString([], { month: "short", day: "numeric" });
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (increment < MINUTE) options.second = "2-digit";
  return date.toLocaleTimeString([], options);
}

/* Ticks of a logarithmic axis, at most so many: 1, 2 and 5 of every power of ten, or fewer; even ones where the axis
   is too short for that. */
function logSplits(min, max, most) {
  const decades = Math.log10(max / min);
  if (decades < 1) {
    const increment = NUMBER_INCREMENTS.find((one) => (max - min) / one <= most) ?? max - min;
    const first = Math.ceil(min / increment);
    const count = Math.floor(max / increment) - first + 1;
    return Array.from({ length: Math.max(0, count) }, (_, index) => +((first + index) * increment).toPrecision(12));
  }
  const digits = decades * 3 <= most ? [1, 2, 5] : [1];
  const stride = Math.ceil(decades / most);
  const splits = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.log10(max); power += 1) {
    if (digits.length === 1 && power % stride) continue;
    for (const digit of digits) splits.push(Number(`${digit}e${power}`));
  }
  return splits.filter((split) => split >= min && split <= max);
}

/* Text at a logarithmic axis, where each number has its own size. */
function logTickText(value) {
  if (value >= 1e9 || value < 1e-3) return value.toExponential(Number.isInteger(+value.toExponential(2).split("e")[0]) ? 0 : 1);
  if (value >= 1e6) return `${+(value / 1e6).toFixed(2)}M`;
  return value >= 1e4 ? `${+(value / 1e3).toFixed(2)}k` : String(+value.toPrecision(4));
}

function logPositionTicks(axis, splits) {
  return axis === "relative" ? splits.map((x) => durationText(x, x < 10 ? 0.1 : 1)) : splits.map(logTickText);
}

function positionTicks(axis, splits, increment) {
  if (axis === "relative") return splits.map((x) => durationText(x, increment));
  return axis === "wall" ? splits.map((x) => wallText(x, increment)) : tickTexts(splits, increment);
}

function positionText(axis, x) {
  if (axis === "relative") return durationText(x);
  if (axis === "wall") return wallText(x, 1);
  return x.toLocaleString("en", { maximumFractionDigits: axis === "epoch" ? 2 : 0 });
}

/* Puts values into a sentence that came from Python: fill("{n} values", {n: 3}). */
function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/* A range in as few digits as a screen can tell apart: it stands in addresses. */
function rounded([left, right]) {
  const decimals = Math.min(12, Math.max(0, 4 - Math.floor(Math.log10(right - left))));
  return [left, right].map((edge) => +edge.toFixed(decimals));
}
