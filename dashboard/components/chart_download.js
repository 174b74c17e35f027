// Saves a Plotly chart that stands elsewhere on the page, as it looks at that moment: Streamlit
// does not hand out its copy of Plotly, but what that has drawn is SVG already, and has its data.
const HIDDEN = ".hoverlayer, .zoomlayer, .draglayer, .selectionlayer"
const TEXT = "text:not(:has(tspan)), tspan:not(:has(tspan))"

export default function ({ parentElement, data }) {
  const place = parentElement.querySelector(".place")
  const buttons = downloadButtons(data, () => chartDrawn(data.chart), () => numbersOf(data.chart))
  place.replaceChildren(buttons)
}

function drawnAs(key) {
  const chart = document.querySelector(`.st-key-${CSS.escape(key)} .js-plotly-plot`)
  if (!chart) throw new Error(`there is no chart ${key} on this page`)
  return chart
}

function chartDrawn(key) {
  const chart = drawnAs(key)
  const { width, height } = chart.getBoundingClientRect()
  // In the order in which they lie on each other: axes, points drawn by WebGL, legend.
  const layers = chart.querySelectorAll(".main-svg, .gl-canvas-context, .gl-canvas-focus")
  const drawn = [...layers].map((layer) => layerDrawn(layer, width, height))
  return { width, height, body: `<g fill="#000000">${drawn.join("")}</g>` }
}

function layerDrawn(layer, width, height) {
  if (layer instanceof HTMLCanvasElement) {
    const size = `width="${width}" height="${height}"`
    return layer.width ? `<image ${size} href="${layer.toDataURL("image/png")}"/>` : ""
  }
  const copy = layer.cloneNode(true)
  // Another font has to take the room that this one has: the picture cannot load the page's.
  const texts = copy.querySelectorAll(TEXT)
  layer.querySelectorAll(TEXT).forEach((text, at) => {
    const length = text.getComputedTextLength()
    if (length === 0) return
    texts[at].setAttribute("textLength", length)
    texts[at].setAttribute("lengthAdjust", "spacingAndGlyphs")
  })
  copy.querySelectorAll(HIDDEN).forEach((part) => part.remove())
  copy.removeAttribute("style")
  return new XMLSerializer().serializeToString(copy)
}

// What a chart shows as a table: its columns are those of `Table` in `figures/layout.py`.
function numbersOf(key) {
  const chart = drawnAs(key)
  const { rows, values, across } = chart.layout.meta
  // Plotly's own copy of the data: there, packed arrays are unpacked.
  const parts = chart._fullData
    .filter((trace) => trace.x && trace.hoverinfo !== "skip")
    .map((trace) => ({
      name: asWritten(trace.name),
      rows: columnsOf(trace, rows),
      values: columnsOf(trace, values),
      length: trace.x.length,
    }))
    .filter(({ rows, values, length }) => [...rows, ...values].every((column) => column.length === length))
  const measured = Object.keys(values)
  const columns = [...Object.keys(rows)]
  if (!across) {
    const listed = parts.flatMap((part) => lines([...part.rows, ...part.values], part.length))
    return { columns: [...columns, ...measured], rows: listed }
  }
  columns.push(...parts.flatMap(({ name }) => measured.map((value) => `${name}: ${value}`)))
  const joined = new Map() // rows by what tells them apart
  parts.forEach((part, at) => {
    const told = lines(part.rows, part.length)
    lines(part.values, part.length).forEach((numbers, row) => {
      const id = JSON.stringify(told[row])
      if (!joined.has(id)) joined.set(id, [...told[row], ...Array(parts.length * measured.length)])
      joined.get(id).splice(told[row].length + at * measured.length, measured.length, ...numbers)
    })
  })
  return { columns, rows: [...joined.values()] }
}

function columnsOf(trace, places) {
  return Object.values(places).map((place) => {
    const [part, number] = place.split(".")
    if (part === "name") return Array(trace.x.length).fill(asWritten(trace.name))
    const list = Array.from(trace[part] ?? [], asWritten)
    return number === undefined ? list : list.flatMap((entry) => entry?.[number] ?? [])
  })
}

function lines(columns, length) {
  return Array.from({ length }, (_, row) => columns.map((column) => column[row]))
}

// A name as others chose it: `plain` in `figures/layout.py` has escaped it for Plotly.
const SIGNS = { "&lt;": "<", "&gt;": ">", "&amp;": "&" }

function asWritten(value) {
  if (typeof value !== "string") return value
  return value.replace(/&(lt|gt|amp);/g, (sign) => SIGNS[sign]).replaceAll("%\u200b{", "%{")
}
