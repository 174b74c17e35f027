// The numbers behind what is shown, as a table over the page. It is made when it is opened, and only
// then. This script is put before those that use it; text is only ever set as text.

const MOST_ROWS = 500 // on the page; the file has all

// Open a table.
//   place: an element of the component; its style is the table's
//   about: { title, source, file }
//   table: { columns, rows }, rows being lists of texts and numbers
function openTable(place, about, table) {
  const dialog = document.createElement("dialog")
  dialog.className = "numbers"
  dialog.setAttribute("aria-label", about.title)
  const shown = table.rows.slice(0, MOST_ROWS)
  const more = table.rows.length - shown.length
  const scroll = worded("div", "", "rows")
  scroll.tabIndex = 0 // arrow keys scroll it
  scroll.setAttribute("role", "region")
  scroll.setAttribute("aria-label", "Table")
  scroll.append(tableOf(table.columns, shown))
  const left = more ? `The first ${written(MOST_ROWS)} of ${written(table.rows.length)} rows; the CSV file has all. ` : ""
  const buttons = worded("p", "", "downloads")
  buttons.append(
    pressable("CSV", "save", () => save(csvOf(table), `${about.file}.csv`)),
    pressable("Close", "", () => dialog.close()),
  )
  const inner = worded("div", "", "inner")
  inner.append(worded("h2", about.title), scroll, worded("p", left + about.source, "source"), buttons)
  dialog.append(inner)
  // Arrow keys and letters mean something else on the page behind it.
  dialog.onkeydown = (event) => event.stopPropagation()
  dialog.onclick = (event) => event.target === dialog && dialog.close() // beside it
  dialog.onclose = () => dialog.remove()
  // Not in the place itself, which is drawn anew while a training goes on.
  place.getRootNode().append(dialog)
  dialog.showModal()
}

function tableOf(columns, rows) {
  const table = document.createElement("table")
  const head = table.createTHead().insertRow()
  const isNumber = columns.map((_, at) => rows.some((row) => typeof row[at] === "number"))
  const isWhole = columns.map((_, at) => rows.every((row) => Number.isInteger(row[at])))
  columns.forEach((name, at) => {
    const cell = worded("th", name, isNumber[at] ? "number" : "")
    cell.scope = "col"
    head.append(cell)
  })
  const body = table.createTBody()
  for (const values of rows) {
    const row = body.insertRow()
    values.forEach((value, at) => {
      const said = typeof value === "number" && !isWhole[at] ? fraction(value) : written(value)
      const cell = worded(at ? "td" : "th", said, isNumber[at] ? "number" : "")
      if (at === 0) cell.scope = "row"
      row.append(cell)
    })
  }
  return table
}

function written(value) {
  return typeof value === "number" ? value.toLocaleString("en") : (value ?? "–")
}

// Alike in a column, but never 0.00 where there is something.
function fraction(value) {
  if (Number.isNaN(value)) return "–"
  const digits = value !== 0 && Math.abs(value) < 0.005 ? 6 : 2
  return value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: digits })
}

function csvOf({ columns, rows }) {
  const quoted = (text) => `"${String(text).replaceAll('"', '""')}"`
  const field = (value) => (typeof value !== "number" ? quoted(value ?? "") : Number.isNaN(value) ? "" : value)
  const lines = [columns.map(quoted), ...rows.map((row) => row.map(field))]
  return new Blob([lines.map((line) => `${line.join(",")}\r\n`).join("")], { type: "text/csv" })
}

function worded(tag, content, kind = "") {
  const made = document.createElement(tag)
  made.textContent = content
  if (kind) made.className = kind
  return made
}

function pressable(content, kind, press) {
  const button = worded("button", content, `download ${kind}`)
  button.type = "button"
  button.onclick = press
  return button
}
