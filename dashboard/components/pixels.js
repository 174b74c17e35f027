// An image as a grid of its numbers, and the same numbers in one line. What one points at in one is
// marked in the other. Text is only ever set as text, never as HTML.
const HINT = "Point at a number to see its place in the vector; arrow keys move between numbers."
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".pixels")
  const [told, table] = [root.querySelector(".told"), root.querySelector("table")]
  const [title, strip] = [root.querySelector(".name"), root.querySelector(".strip")]
  const width = data.numbers[0].length
  const size = data.numbers.length * width * data.channels
  const onStage = Boolean(root.getRootNode().host?.closest("[class*=st-key-stage_]"))
  root.classList.toggle("staged", onStage)
  const rows = data.numbers.length + 1
  root.style.setProperty("--cell", onStage ? `calc(min(100cqh, 100cqw) / ${Math.max(rows, width + 1)})` : `${data.cell}px`)
  root.style.setProperty("--stretch", `${width * (width > 32 ? 3 : 4)}px`)
  told.textContent = HINT
  title.textContent = "Flattened: the rows one after another, each with its places in the vector."
  table.setAttribute("aria-label", `The ${data.numbers.length} rows of ${width} numbers`)
  const cells = body(data)
  table.replaceChildren(head(width), cells)
  const above = data.numbers.flat().filter((number) => number > 0).length
  const of = `of these ${data.numbers.length * width}`
  strip.setAttribute("aria-label", `The vector of ${size} numbers, row after row; ${above} ${of} are above 0`)
  strip.replaceChildren(...data.numbers.map((row, at) => stretch(row, at, data)))

  const mark = (row) => {
    for (const part of [cells, strip])
      [...part.children].forEach((child, at) => child.classList.toggle("now", at === row))
  }
  const tell = (cell) => {
    const [row, column] = [cell.parentElement.rowIndex - 1, cell.cellIndex - 1]
    const number = data.numbers[row][column]
    const place = (row * width + column) * data.channels + data.channel
    told.textContent =
      `Row ${row}, column ${column} is ${number}. In the vector, it is at place ${place} ` +
      `of 0 to ${size - 1}, as ${number} ÷ 255 = ${(number / 255).toFixed(3)}.`
    mark(row)
  }
  const rest = () => {
    told.textContent = HINT
    mark(-1)
  }

  // These rows are new with every call, so no listener is added twice.
  for (const kind of ["pointerover", "focusin"])
    cells.addEventListener(kind, (event) => {
      const cell = event.target.closest("td")
      if (cell) tell(cell)
    })
  for (const kind of ["pointerleave", "focusout"]) cells.addEventListener(kind, rest)
  strip.onpointerover = (event) => {
    const over = event.target.closest(".stretch")
    if (over) mark([...strip.children].indexOf(over))
  }
  strip.onpointerleave = rest

  cells.onkeydown = (event) => {
    const [cell, step] = [event.target.closest("td"), STEPS[event.key]]
    if (!cell || !step) return
    event.preventDefault()
    const [row, column] = [cell.parentElement.rowIndex + step[0], cell.cellIndex + step[1]]
    const next = table.rows[Math.max(row, 1)]?.cells[Math.max(column, 1)]
    if (!next) return
    cell.tabIndex = -1
    next.tabIndex = 0 // one stop for the Tab key, wherever the arrow keys have moved
    next.focus()
  }
}

function head(width) {
  const row = document.createElement("tr")
  row.append(header("", "col"), ...Array.from({ length: width }, (_, at) => header(at, "col")))
  const element = document.createElement("thead")
  element.append(row)
  return element
}

function body(data) {
  const element = document.createElement("tbody")
  data.numbers.forEach((numbers, at) => {
    const row = document.createElement("tr")
    row.append(header(at, "row"), ...numbers.map((number) => cell(number, data.inverted)))
    element.append(row)
  })
  element.querySelector("td").tabIndex = 0
  return element
}

function header(text, scope) {
  const element = document.createElement("th")
  element.scope = scope
  element.textContent = text
  return element
}

function cell(number, inverted) {
  const level = inverted ? 255 - number : number
  const light = level > 118 // above this, black text has more contrast than white
  const element = document.createElement("td")
  element.tabIndex = -1
  element.textContent = number
  element.style.background = `rgb(${level}, ${level}, ${level})`
  // Only paper there: less contrast, so that what is drawn stands out.
  element.style.color = number === 0 ? (light ? "#767676" : "#7c7c7c") : light ? "#000" : "#fff"
  return element
}

function stretch(numbers, at, { channels, inverted }) {
  const canvas = document.createElement("canvas")
  canvas.width = numbers.length
  canvas.height = 1
  const context = canvas.getContext("2d")
  const pixels = context.createImageData(numbers.length, 1)
  numbers.forEach((number, column) => {
    const level = inverted ? 255 - number : number
    pixels.data.set([level, level, level, 255], 4 * column)
  })
  context.putImageData(pixels, 0, 0)
  const element = document.createElement("div")
  element.className = "stretch"
  const [first, count] = [at * numbers.length * channels, numbers.length * channels]
  const label = document.createElement("span")
  label.textContent = `${first}–${first + count - 1}`
  element.append(canvas, label)
  return element
}
