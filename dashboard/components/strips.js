// One image perturbed step by step: the predictions as bands, the pictures, and the probability of
// the class predicted for the unchanged image. Text is only ever set as text, never as HTML.
const SVG = "http://www.w3.org/2000/svg"

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".strips")
  data.colors.forEach((color, at) => root.style.setProperty(`--track-${at}`, color))
  const legend = root.querySelector(".legend")
  legend.replaceChildren(...data.legend.map(named))
  root.style.setProperty("--most", Math.max(...data.strips.map((strip) => strip.values.length)))
  const list = root.querySelector(".list")
  const seen = [...list.querySelectorAll(".scroll")].map((scroll) => scroll.scrollLeft)
  list.replaceChildren(...data.strips.map((strip) => figure(strip, data.colors)))
  // A strip that does not fit shows its middle first, and stays where it was scrolled to.
  list.querySelectorAll(".scroll").forEach((scroll, at) => {
    const middle = scroll.querySelector(".neutral")
    const centered = middle.offsetLeft + middle.offsetWidth / 2 - scroll.clientWidth / 2
    scroll.scrollLeft = seen[at] ?? centered
  })
}

function figure(strip, colors) {
  const element = document.createElement("figure")
  const caption = document.createElement("figcaption")
  caption.append(text("span", "finding", strip.finding))
  if (strip.second) caption.append(" ", text("span", "second", strip.second))
  element.append(caption)
  const scroll = text("div", "scroll", "")
  scroll.tabIndex = 0
  scroll.setAttribute("role", "img")
  scroll.setAttribute("aria-label", strip.alt)
  scroll.append(grid(strip))
  const buttons = downloadButtons(strip.about, () => stripDrawn(strip, colors), () => numbersOf(strip))
  element.append(scroll, buttons)
  return element
}

function numbersOf({ tracks, unit, values }) {
  const several = tracks.length > 1
  const name = (track, what) => (several ? `${track.name}: ${what}` : what)
  const columns = tracks.flatMap((track) => {
    const { whole } = track.bands.find((band) => band.same)
    return [name(track, "predicted"), name(track, `probability of “${whole}” (%)`)]
  })
  const rows = values.map((value, step) => [
    value,
    ...tracks.flatMap((track) => {
      const band = track.bands.find(({ first, count }) => step < first + count)
      return [band.whole, 100 * track.shares[step]]
    }),
  ])
  return { columns: [unit, ...columns], rows }
}

function grid(strip) {
  const element = text("div", "grid", "")
  const count = strip.values.length
  element.style.setProperty("--count", count)
  element.style.setProperty("--pictures", `url("${strip.source}")`)
  const tracks = strip.tracks.length
  const before = placed(text("div", "before", ""), 1, 1)
  before.style.gridRowEnd = tracks + 4
  element.append(before)
  strip.tracks.forEach((track, at) => {
    element.append(placed(text("span", "label", track.name), at + 1, 1))
    element.append(...track.bands.map((band) => placed(bandOf(band, at), at + 1, band.first + 2, band.count)))
  })
  for (let step = 0; step < count; step++) {
    const picture = text("div", step === strip.neutral ? "picture neutral" : "picture", "")
    picture.style.backgroundPosition = `${count > 1 ? (100 * step) / (count - 1) : 0}% 0`
    picture.title = strip.hints[step]
    const value = text("span", step === strip.neutral ? "value neutral" : "value", strip.values[step])
    element.append(placed(picture, tracks + 1, step + 2), placed(value, tracks + 3, step + 2))
  }
  const scale = text("span", "label scale", "")
  scale.append(text("span", "", "100%"), text("span", "", "0%"))
  element.append(
    placed(scale, tracks + 2, 1),
    placed(curves(strip, count), tracks + 2, 2, count),
    placed(text("span", "label", strip.unit), tracks + 3, 1),
  )
  strip.tracks.forEach((track, at) => {
    for (const step of track.boundaries) {
      // The line is between the last step with the same prediction and the first with another.
      const line = text("div", `break track-${at}`, "")
      element.append(placed(line, at + 1, step < strip.neutral ? step + 3 : step + 2))
      line.style.gridRowEnd = tracks + 3
    }
  })
  return element
}

function bandOf(band, at) {
  const element = text("span", `band track-${at}${band.same ? " same" : ""}`, "")
  element.append(text("span", "", band.text))
  element.title = `predicted: “${band.whole}”`
  return element
}

// Shares as lines over the columns, the first with its area.
function curves(strip, count) {
  const drawing = document.createElementNS(SVG, "svg")
  drawing.setAttribute("viewBox", `0 0 ${count} 1`)
  drawing.setAttribute("preserveAspectRatio", "none")
  for (const height of [0, 0.5, 1]) drawing.append(path("rule", `M0 ${height}H${count}`))
  strip.tracks.forEach((track, at) => {
    const points = track.shares.map((share, step) => `${step + 0.5} ${(1 - share).toFixed(4)}`)
    const ends = [points[0].replace("0.5", "0"), points.at(-1).replace(/^\S+/, count)]
    const line = `M${[ends[0], ...points, ends[1]].join("L")}`
    if (at === 0) drawing.append(path("area", `${line}V1H0Z`))
    drawing.append(path(`line track-${at}`, line))
  })
  return drawing
}

function path(kind, way) {
  const element = document.createElementNS(SVG, "path")
  element.setAttribute("class", kind)
  element.setAttribute("d", way)
  return element
}

function named(name, at) {
  const element = document.createElement("span")
  element.append(text("i", `swatch track-${at}`, ""), name)
  return element
}

function placed(element, row, column, columns = 1) {
  element.style.gridArea = `${row} / ${column} / auto / span ${columns}`
  return element
}

function text(tag, kind, content) {
  const element = document.createElement(tag)
  if (kind) element.className = kind
  element.textContent = content
  return element
}

// Pixels in a downloaded picture.
const CELL = 44
const BEFORE = 84
const LINE = 26
const CURVE = 64
const FONT_SIZE = { size: 12 }

async function stripDrawn({ source, tracks, values, unit, neutral }, colors) {
  const picture = await cutter({ source, columns: values.length, rows: 1 }, CELL - 4)
  const middle = { "font-size": FONT_SIZE.size, "text-anchor": "middle" }
  const before = (y, content) =>
    label(BEFORE - 10, y, content, { ...middle, "text-anchor": "end" })
  const [down, curve] = [tracks.length * LINE, tracks.length * LINE + CELL + 8]
  const left = (step) => BEFORE + step * CELL
  const stroke = (at) => `fill="none" stroke="${colors[at]}" ` + (at ? 'stroke-dasharray="5 4" ' : "")
  const parts = tracks.flatMap((track, at) => [
    before(at * LINE + 14, track.name),
    ...track.bands.map((band) => bandDrawn(band, left(band.first), at, stroke(at), middle)),
    `<path ${stroke(at)} stroke-width="2" d="M${track.shares
      .map((share, step) => `${left(step + 0.5)} ${curve + (1 - share) * CURVE}`)
      .join("L")}"/>`,
  ])
  values.forEach((value, step) => {
    parts.push(picture(step, left(step) + 2, down))
    const weight = step === neutral ? { "font-weight": 700 } : {}
    parts.push(label(left(step + 0.5), curve + CURVE + 20, value, { ...middle, ...weight }))
  })
  parts.push(before(curve + 8, "100%"), before(curve + CURVE, "0%"), before(curve + CURVE + 20, unit))
  return { width: left(values.length), height: curve + CURVE + 26, body: parts.join("\n") }
}

function bandDrawn({ text, count, same }, x, at, stroke, middle) {
  const width = count * CELL
  const weight = same ? { "font-weight": 700 } : {}
  const line = same ? `${stroke} stroke-width="3"` : 'stroke="#808080" stroke-width="1"'
  return (
    label(x + width / 2, at * LINE + 14, fitted(text, width - 4, FONT_SIZE), { ...middle, ...weight }) +
    `<path ${line} d="M${x + 1} ${at * LINE + 20}H${x + width - 1}"/>`
  )
}
