// Two pictures over each other; a line between them follows pointer and arrow keys. A double click looks closer.

const build = (parent) => {
  const root = document.createElement("div")
  root.className = "before-after"
  const view = Object.assign(document.createElement("div"), { className: "view" })
  const sheet = Object.assign(document.createElement("div"), { className: "sheet" })
  const after = Object.assign(document.createElement("img"), { className: "after", draggable: false })
  const before = Object.assign(document.createElement("img"), { className: "before", draggable: false })
  const line = Object.assign(document.createElement("i"), { className: "line" })
  sheet.append(after, before, line)
  view.append(sheet)
  const bar = Object.assign(document.createElement("div"), { className: "bar" })
  const left = document.createElement("span"), right = document.createElement("span")
  const range = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 100, value: 50 })
  const zoom = Object.assign(document.createElement("button"), { type: "button" })
  bar.append(left, range, right, zoom)
  root.append(view, bar)
  parent.append(root)
  return { root, view, sheet, after, before, line, left, right, range, zoom }
}

export default function ({ data, parentElement }) {
  const parts = (parentElement.parts ??= build(parentElement))
  const { root, view, sheet, after, before, left, right, range, zoom } = parts
  if (after.src !== data.after) after.src = data.after
  if (before.src !== data.before) before.src = data.before
  before.alt = left.textContent = data.words.before
  after.alt = right.textContent = data.words.after
  range.setAttribute("aria-label", data.words.slide)

  const place = () => root.style.setProperty("--at", `${range.value}%`)
  const name = () => {
    const near = root.classList.contains("near")
    zoom.textContent = near ? data.words.whole : data.words.zoom
    zoom.setAttribute("aria-pressed", String(near))
  }
  const pull = (event) => {
    const box = sheet.getBoundingClientRect()
    range.value = String(Math.round((100 * (event.clientX - box.left)) / box.width))
    place()
  }
  range.oninput = place
  sheet.onpointerdown = (event) => {
    sheet.setPointerCapture(event.pointerId)
    pull(event)
  }
  sheet.onpointermove = (event) => {
    if (event.buttons & 1) pull(event)
  }
  const look = () => {
    root.classList.toggle("near")
    name()
    if (root.classList.contains("near")) {
      view.scrollLeft = (view.scrollWidth - view.clientWidth) / 2
      view.scrollTop = (view.scrollHeight - view.clientHeight) / 2
    }
  }
  zoom.onclick = look
  sheet.ondblclick = look
  place()
  name()
}
