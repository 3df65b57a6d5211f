/* Takes a chart home: as a picture (PNG, SVG) made here, or as every point (CSV) that the lab sends. */

const PNG_SCALE = 2;

async function saveChart(chart, kind) {
  if (kind === "csv") return void download(chart.address(pointsQuery(chart), "/api/curves.csv"), `${fileName(chart.request.title)}.csv`);
  const text = new XMLSerializer().serializeToString(pictureOf(chart));
  const svg = new Blob([text], { type: "image/svg+xml;charset=utf-8" });
  const blob = kind === "svg" ? svg : await rastered(svg);
  const url = URL.createObjectURL(blob);
  download(url, `${fileName(chart.request.title)}.${kind}`);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/* What is shown, curve by curve: the seeds of a mean, not the mean. */
function pointsQuery(chart) {
  const lines = chart.visible().filter((line) => !line.series.seeds?.length);
  const own = lines.map((line) => {
    const { run, tag, steps_per_epoch: epoch } = line.series;
    return new URLSearchParams({ run, tag, steps_per_epoch: epoch ?? "" }).toString();
  });
  return [chart.common(), new URLSearchParams({ name: chart.request.title }).toString(), ...own].join("&");
}

/* An SVG as PNG, twice as fine as on the screen. */
async function rastered(svg) {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width * PNG_SCALE;
    canvas.height = image.height * PNG_SCALE;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}

function download(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/* A title as every file system takes it. */
function fileName(title) {
  const plain = title.replace(/[\\/:*?"<>|\p{C}]+/gu, " ").replace(/\s+/g, " ").trim().replace(/^\.+|\.+$/g, "");
  return [...plain].slice(0, 60).join("") || "chart";
}
