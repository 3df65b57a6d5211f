/* The component: puts a chart where Streamlit wants it, and hands it what the page asks for. */

const charts = new WeakMap();
const plotting = new Map();

/* uPlot's script, once a page, from our own server; a failed attempt may be repeated. */
function loadPlotting(base) {
  if (window.uPlot) return Promise.resolve();
  if (!plotting.has(base)) {
    plotting.set(base, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${base}/assets/uplot/uPlot.iife.js`;
      script.onload = resolve;
      script.onerror = () => {
        plotting.delete(base);
        script.remove();
        reject(new Lost("uPlot could not be loaded"));
      };
      document.head.append(script);
    }));
  }
  return plotting.get(base);
}

function plotOptions(chart) {
  const { present, log_y: logY } = chart.request;
  const { logX } = chart;
  const { look } = chart;
  const axis = {
    font: look.font,
    stroke: () => chart.look.ink,
    grid: { stroke: () => chart.look.grid, width: 1 },
    ticks: { show: false },
    gap: present ? 10 : 6,
  };
  return {
    width: Math.max(100, chart.stage.clientWidth),
    height: Math.max(80, chart.stage.clientHeight),
    padding: present ? [16, 24, 0, 0] : [8, 12, 0, 0],
    legend: { show: false },
    series: [{}],
    scales: {
      x: { time: false, distr: logX ? 3 : 1, range: () => chart.range() },
      y: { distr: logY ? 3 : 1, range: () => chart.verticalRange() },
    },
    axes: [
      {
        ...axis,
        size: present ? 40 : 24,
        label: " ",
        labelFont: look.font,
        labelSize: present ? 34 : 18,
        labelGap: 0,
        space: present ? 150 : 70,
        incrs: () => incrementsOf(chart.axis),
        ...(logX ? logAxis(present ? 150 : 70, "clientWidth") : {}),
        values: (plot, splits, index, space, increment) => chart.keepTicks("x", splits, logX
          ? logPositionTicks(chart.axis, splits)
          : positionTicks(chart.axis, splits, increment)),
      },
      {
        ...axis,
        scale: "y",
        incrs: NUMBER_INCREMENTS,
        size: (plot, texts) => widestText(plot, texts, look.font) + (present ? 22 : 14),
        space: present ? 44 : 36,
        ...(logY ? logAxis(present ? 44 : 36, "clientHeight") : {}),
        values: (plot, splits, index, space, increment) => chart.keepTicks("y", splits, logY
          ? splits.map(logTickText)
          : tickTexts(splits, increment)),
      },
    ],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      bind: { dblclick: () => () => chart.show(null) },
    },
    hooks: {
      draw: [(plot) => paintLines(plot, chart.visible(), chart.look), () => chart.describe()],
      setSelect: [(plot) => zoomToSelection(plot, chart)],
    },
  };
}

/* Ticks where we want them: uPlot's own leave less than a decade without a number. */
function logAxis(space, extent) {
  return {
    splits: (plot, index, min, max) => logSplits(min, max, Math.max(2, Math.floor(plot.over[extent] / space))),
    filter: (plot, splits) => splits,
  };
}

function widestText(plot, texts, font) {
  plot.ctx.save();
  plot.ctx.font = font;
  const widest = Math.max(0, ...(texts ?? []).map((text) => plot.ctx.measureText(text).width));
  plot.ctx.restore();
  return Math.ceil(widest);
}

function zoomToSelection(plot, chart) {
  const { left, width } = plot.select;
  if (width < 4) return;
  const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (from < to) chart.show([from, to]);
}

export default function mountCurves({ parentElement, data: [told], setTriggerValue }) {
  let chart = charts.get(parentElement);
  if (!chart) {
    chart = new Chart(parentElement);
    charts.set(parentElement, chart);
  }
  chart.tell = setTriggerValue;
  chart.update(told);
  return () => {
    charts.delete(parentElement);
    chart.end();
  };
}
