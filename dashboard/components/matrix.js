// A table whose cells and headers are buttons. Text is only ever set as text, never as HTML.
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".matrix")
  const focused = root.querySelector(":focus")?.dataset
  const kept = focused && { true: focused.true, predicted: focused.predicted }
  const table = grid(data)
  root.replaceChildren(table, downloads(data))
  if (kept) find(table, kept.true, kept.predicted)?.focus()

  table.onclick = (event) => {
    const pressed = event.target.closest("button")
    if (pressed) setTriggerValue("picked", place(pressed, data))
  }
  table.onkeydown = (event) => move(event, table, data.names.length)
}

// What a click selects: a second click on the selected cell clears it.
function place(pressed, data) {
  const number = (text) => (text === "" ? null : Number(text))
  const [row, column] = [number(pressed.dataset.true), number(pressed.dataset.predicted)]
  return pressed.getAttribute("aria-pressed") === "true"
    ? { true: null, predicted: null }
    : { true: row, predicted: column }
}

function grid(data) {
  const { names } = data
  const table = document.createElement("table")
  table.setAttribute("aria-label", data.label)
  table.style.setProperty("--classes", names.length)
  table.classList.toggle("many", names.length > 25)
  if (data.sheet) spread(table, data.sheet)
  const head = table.createTHead()
  const over = head.insertRow()
  over.append(element("td"), titled("th", "predicted", "axis", { colSpan: names.length }))
  const columns = head.insertRow()
  columns.append(titled("th", "true ↓", "axis"))
  names.forEach((name, column) => columns.append(header(data, "col", null, column)))
  const body = table.createTBody()
  names.forEach((name, row) => {
    const line = body.insertRow()
    line.append(header(data, "row", row, null))
    names.forEach((other, column) => line.insertCell().append(cell(data, row, column)))
  })
  const first = find(table, chosenOr(data.true), chosenOr(data.predicted))
  first.tabIndex = 0
  return table
}

function chosenOr(list) {
  return list.length === 1 ? String(list[0]) : "0"
}

function cell(data, row, column) {
  const at = row * data.names.length + column
  const button = target(data, row, column)
  button.style.background = data.colors[at]
  button.style.color = data.inks[at]
  const hint = `true ${data.names[row]}, predicted ${data.names[column]}: ${data.hints[at]}`
  button.title = hint
  button.setAttribute("aria-label", hint)
  const picture = data.sheet ? data.places[at] : -1
  if (picture >= 0) {
    const image = element("span", "picture")
    image.style.backgroundPosition = placeOf(picture, data.sheet)
    button.append(image)
  } else if (!data.sheet) {
    button.textContent = data.texts[at]
    button.classList.toggle("long", data.texts[at].length > 4)
  }
  return button
}

function header(data, scope, row, column) {
  const cell = element("th")
  cell.scope = scope
  const button = target(data, row, column)
  const name = data.names[row ?? column]
  button.textContent = name
  button.title = row === null ? `all images predicted as ${name}` : `all images of class ${name}`
  cell.append(button)
  return cell
}

function target(data, row, column) {
  const button = element("button")
  button.type = "button"
  button.dataset.true = row ?? ""
  button.dataset.predicted = column ?? ""
  button.tabIndex = -1
  const same = (list, value) => (value === null ? list.length === 0 : list.includes(value))
  const pressed = same(data.true, row) && same(data.predicted, column)
  button.setAttribute("aria-pressed", String(pressed))
  return button
}

// Arrow keys move over headers and cells alike; only one of them can be reached by the Tab key.
function move(event, table, classes) {
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }
  const step = steps[event.key]
  const from = event.target.closest("button")
  if (!step || !from) return
  event.preventDefault()
  const number = (text) => (text === "" ? -1 : Number(text))
  const row = Math.min(Math.max(number(from.dataset.true) + step[0], -1), classes - 1)
  const column = Math.min(Math.max(number(from.dataset.predicted) + step[1], -1), classes - 1)
  const to = find(table, row < 0 ? "" : String(row), column < 0 ? "" : String(column))
  if (!to) return
  from.tabIndex = -1
  to.tabIndex = 0
  to.focus()
}

function find(table, row, column) {
  return table.querySelector(`button[data-true="${row}"][data-predicted="${column}"]`)
}

function downloads(data) {
  const bar = element("div", "downloads")
  const file = data.label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "")
  const kinds = {
    SVG: () => save(new Blob([svg(data)], { type: "image/svg+xml" }), `${file}.svg`),
    PNG: async () => save(await png(data), `${file}.png`),
    CSV: () => save(new Blob([csv(data)], { type: "text/csv" }), `${file}.csv`),
  }
  for (const [name, download] of Object.entries(kinds)) {
    const button = titled("button", name, "download", { type: "button", onclick: download })
    button.setAttribute("aria-label", `Download the matrix as ${name}`)
    bar.append(button)
  }
  return bar
}

function save(blob, name) {
  const link = element("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

function csv({ names, numbers }) {
  const quoted = (text) => `"${String(text).replaceAll('"', '""')}"`
  const lines = [["true \\ predicted", ...names].map(quoted).join(",")]
  names.forEach((name, row) => {
    const values = numbers.slice(row * names.length, (row + 1) * names.length)
    lines.push([quoted(name), ...values].join(","))
  })
  return `${lines.join("\r\n")}\r\n`
}

const CELL = 44 // pixels, in a downloaded picture
const MARGIN = 120

function svg({ names, colors, inks, texts, label }) {
  const side = names.length * CELL
  const size = side + MARGIN
  const escaped = (text) =>
    String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
  const short = (text) => escaped(text.length > 14 ? `${text.slice(0, 13)}…` : text)
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" ` +
      `viewBox="0 0 ${size} ${size}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(label)}</title><rect width="100%" height="100%" fill="#ffffff"/>`,
    text(MARGIN + side / 2, 20, "predicted", "#1d2430"),
    text(24, MARGIN + side / 2, "true", "#1d2430"),
  ]
  names.forEach((name, at) => {
    const middle = MARGIN + (at + 0.5) * CELL
    parts.push(text(middle, MARGIN - 12, short(name), "#1d2430"))
    parts.push(text(MARGIN - 8, middle + 4, short(name), "#1d2430", "end"))
  })
  names.forEach((name, row) =>
    names.forEach((other, column) => {
      const at = row * names.length + column
      const [x, y] = [MARGIN + column * CELL, MARGIN + row * CELL]
      const inner = CELL - 2
      parts.push(`<rect x="${x}" y="${y}" width="${inner}" height="${inner}" fill="${colors[at]}"/>`)
      if (texts[at]) parts.push(text(x + CELL / 2, y + CELL / 2 + 4, escaped(texts[at]), inks[at]))
    }),
  )
  return `${parts.join("\n")}\n</svg>\n`
}

function text(x, y, content, fill, anchor = "middle") {
  return `<text x="${x}" y="${y}" fill="${fill}" text-anchor="${anchor}">${content}</text>`
}

async function png(data) {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg(data))}`
  await image.decode()
  const canvas = element("canvas")
  canvas.width = image.width * 2
  canvas.height = image.height * 2
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((done) => canvas.toBlob(done, "image/png"))
}

function titled(tag, content, kind, more = {}) {
  const made = Object.assign(element(tag, kind), more)
  made.textContent = content
  return made
}

function element(tag, kind = "") {
  const made = document.createElement(tag)
  if (kind) made.className = kind
  return made
}
