// A table whose cells and headers are buttons. Text is only ever set as text, never as HTML.
const SPACIOUS = 15 // classes whose names have their usual size
const MANY = 40 // classes; above that no number fits into a cell
const LETTER = 8 // pixels of a letter in a header, and of a usual matrix
const USUAL = 620
const FEW = 3 // letters that never have to stand upright

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".matrix")
  const focused = root.querySelector(":focus")?.dataset
  const kept = focused && { true: focused.true, predicted: focused.predicted }
  const table = grid(data, root.clientWidth || USUAL)
  const numbers = () => numbersOf(data)
  const bar = downloadButtons(data.about, () => matrixDrawn(data), numbers, {
    CSV: () => csvOf(numbers()),
  })
  const onStage = isOnStage(root)
  table.classList.toggle("staged", onStage)
  root.replaceChildren(table, ...(onStage ? [] : [bar]))
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

function grid(data, width) {
  const { names } = data
  const table = document.createElement("table")
  table.setAttribute("aria-label", `Confusion matrix: ${data.about.title}`)
  const longest = Math.max(...data.shorts.map((name) => name.length))
  table.style.setProperty("--classes", names.length)
  table.style.setProperty("--letters", longest)
  table.classList.toggle("dense", names.length > SPACIOUS)
  table.classList.toggle("many", names.length > MANY)
  // Names of columns break between words; where a word has no room, they stand upright.
  const word = Math.max(...data.shorts.flatMap((name) => name.split(" ").map((part) => part.length)))
  const room = (Math.min(width, USUAL) - longest * LETTER) / names.length
  table.classList.toggle("upright", word * LETTER > room && longest > FEW)
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
    button.style.background = "none"
    button.append(image)
  } else if (!data.sheet && data.texts[at] && data.names.length <= MANY) {
    const lines = data.texts[at].split("\n")
    const number = titled("span", data.texts[at], "number")
    // Numbers are as large as their cell allows; two lines also have to fit its height.
    const letters = Math.max(...lines.map((line) => line.length), lines.length > 1 ? 4 : 2)
    number.style.setProperty("--letters", letters)
    button.append(number)
  }
  return button
}

function header(data, scope, row, column) {
  const cell = element("th")
  cell.scope = scope
  const button = target(data, row, column)
  const name = data.names[row ?? column]
  button.textContent = data.shorts[row ?? column]
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

function numbersOf({ names, numbers }) {
  const rows = names.map((name, row) => [
    name,
    ...numbers.slice(row * names.length, (row + 1) * names.length),
  ])
  return { columns: ["true \\ predicted", ...names], rows }
}

// Pixels in a downloaded picture, of few classes and of many.
const ROOMY = { cell: 44, size: 13, longest: 200, line: 14 }
const TIGHT = { cell: 16, size: 10, longest: 160, line: 10 }

async function matrixDrawn({ names, colors, inks, texts, sheet, places }) {
  const { cell, size, longest, line } = names.length > MANY ? TIGHT : ROOMY
  const needed = Math.max(...names.map((name) => widthOf(name, { size })))
  const upright = needed > cell - 4
  const left = Math.min(needed, longest) + 34
  const above = upright ? Math.min(needed, longest) + 30 : 46
  const side = names.length * cell
  const picture = sheet && (await cutter(sheet, cell - 2))
  const font = { "font-size": size }
  const middle = { ...font, "text-anchor": "middle" }
  const parts = [
    label(left + side / 2, 14, "predicted", middle),
    label(0, 0, "true", { ...middle, transform: `translate(14 ${above + side / 2}) rotate(-90)` }),
  ]
  names.forEach((name, at) => {
    const from = (at + 0.5) * cell + size / 3
    const short = fitted(name, longest, { size })
    parts.push(label(left - 8, above + from, short, { ...font, "text-anchor": "end" }))
    const place = `translate(${left + from} ${above - 8}) rotate(-90)`
    parts.push(
      upright
        ? label(0, 0, short, { ...font, transform: place })
        : label(left + from - size / 3, above - 10, short, middle),
    )
  })
  colors.forEach((color, at) => {
    const [row, column] = [Math.floor(at / names.length), at % names.length]
    const [x, y] = [left + column * cell, above + row * cell]
    const inner = cell - 2
    parts.push(`<rect x="${x}" y="${y}" width="${inner}" height="${inner}" fill="${color}"/>`)
    if (picture) {
      if (places[at] >= 0) parts.push(picture(places[at], x, y))
      return
    }
    if (cell < ROOMY.cell) return
    const lines = texts[at].split("\n").filter(Boolean)
    lines.forEach((text, number) => {
      const down = y + inner / 2 + 5 + (number - (lines.length - 1) / 2) * line
      parts.push(label(x + inner / 2, down, text, { ...middle, fill: inks[at] }))
    })
  })
  return { width: left + side, height: above + side, body: parts.join("\n") }
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
