// Pictures to take along: what a component shows as SVG, or as PNG at twice its size, under a title
// and a line that names the run and its date; to download, or to paste. This script is put before
// those that use it, and `table.js` before it.

// A picture cannot load the page's font: names are measured in the one that it will have.
const FONT = "Helvetica, Arial, sans-serif"
const TITLE = { size: 17, weight: 600, line: 23 }
const SOURCE = { size: 12, weight: 400, line: 20 }
const EDGE = 16 // pixels around a picture
const NARROWEST = 560 // so that a title has few lines
const SHARP = 2 // pixels of a PNG per pixel of the page
const SHORTLY = 2000 // milliseconds for which a button says what it did

// A row of buttons that show the numbers, and copy or save the picture.
//   about: { title, source, file }; says what it shows, of which run, and names the files
//   draw: returns { width, height, body }, body being SVG in pixels; may be a promise
//   table: returns { columns, rows }; see `table.js`; null where a table says nothing more
//   more: other files by kind, each a function that returns a Blob
function downloadButtons(about, draw, table = null, more = {}) {
  const bar = document.createElement("div")
  bar.className = "downloads"
  const picture = async () => framed(await draw(), about, colorsOf(bar))
  const png = async () => pngOf(await picture())
  const files = {
    PNG: png,
    SVG: async () => new Blob([(await picture()).source], { type: "image/svg+xml" }),
    ...more,
  }
  const add = (name, kind, help, label, press) => {
    const button = pressable(name, kind, (event) => {
      event.stopPropagation()
      return press(button)
    })
    button.title = help
    button.setAttribute("aria-label", `${label}: ${about.title}`)
    bar.append(button)
  }
  if (table) add("Table", "", "Show the numbers", "Table", () => openTable(bar, about, table()))
  if (canCopy()) add("Copy", "copy", "Copy the picture", "Copy", (button) => copy(button, about, png))
  for (const [kind, make] of Object.entries(files)) {
    add(kind, "save", `Download as ${kind}`, `Download ${kind}`, async () =>
      save(await make(), `${about.file}.${kind.toLowerCase()}`),
    )
  }
  return bar
}

// Pictures can be copied in some browsers only, and from pages that are served securely.
function canCopy() {
  return isSecureContext && Boolean(navigator.clipboard?.write && window.ClipboardItem)
}

async function copy(button, about, png) {
  const say = (text) => {
    button.textContent = text
    button.setAttribute("aria-label", `${text}: ${about.title}`)
  }
  try {
    // A promise: some browsers allow no copy once something was waited for.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png() })])
    say("Copied")
  } catch (error) {
    if (error.name !== "NotAllowedError") throw error
    say("Not allowed") // by the browser, or whoever uses it
  }
  setTimeout(() => say("Copy"), SHORTLY)
}

function save(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

// The colors that the reader sees, so that a picture looks like the page it was taken from.
function colorsOf(element) {
  const style = getComputedStyle(element)
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise
  return {
    text: read("--st-text-color", "#1d2430"),
    surface: read("--st-background-color", "#ffffff"),
  }
}

function framed({ width, height, body }, { title, source }, { text, surface }) {
  const whole = Math.max(Math.ceil(width), NARROWEST)
  const lines = wrapped(title, whole, TITLE)
  const told = wrapped(source, whole, SOURCE)
  const top = EDGE + lines.length * TITLE.line + told.length * SOURCE.line + 8
  const size = { width: whole + 2 * EDGE, height: Math.ceil(top + height + EDGE) }
  const written = (list, font, from, opacity) =>
    list.map((line, at) =>
      label(EDGE, from + (at + 1) * font.line - 6, line, {
        "font-size": font.size,
        "font-weight": font.weight,
        opacity,
      }),
    )
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" ` +
      `viewBox="0 0 ${size.width} ${size.height}" font-family="${FONT}" fill="${text}">`,
    `<title>${escaped(title)}</title><desc>${escaped(source)}</desc>`,
    `<rect width="100%" height="100%" fill="${surface}"/>`,
    ...written(lines, TITLE, EDGE, 1),
    ...written(told, SOURCE, EDGE + lines.length * TITLE.line, 0.75),
    `<g transform="translate(${EDGE + (whole - width) / 2} ${top})">${body}</g></svg>`,
  ]
  return { ...size, source: `${parts.join("\n")}\n` }
}

async function pngOf({ width, height, source }) {
  const image = await loaded(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`)
  const canvas = document.createElement("canvas")
  canvas.width = width * SHARP
  canvas.height = height * SHARP
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((done) => canvas.toBlob(done, "image/png"))
}

async function loaded(source) {
  const image = new Image()
  image.src = source
  await image.decode()
  return image
}

// A text in SVG; font and color are the picture's unless `style` says otherwise.
function label(x, y, content, style = {}) {
  const given = Object.entries(style).map(([name, value]) => ` ${name}="${value}"`)
  return `<text x="${x}" y="${y}"${given.join("")}>${escaped(content)}</text>`
}

function escaped(text) {
  return String(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
}

const ruler = document.createElement("canvas").getContext("2d")

function widthOf(text, { size, weight = 400 }) {
  ruler.font = `${weight} ${size}px ${FONT}`
  return ruler.measureText(text).width
}

function wrapped(text, width, font) {
  const lines = []
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word
    if (lines.length && widthOf(longer, font) <= width) lines[lines.length - 1] = longer
    else lines.push(fitted(word, width, font))
  }
  return lines
}

// A text without as much of its middle as does not fit.
function fitted(text, width, font) {
  let kept = text.length
  let shown = text
  while (kept > 2 && widthOf(shown, font) > width) {
    kept -= 1
    shown = `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`
  }
  return shown
}

// Cuts pictures out of a sheet, enlarged with sharp pixels: not every program that shows an SVG
// keeps them sharp by itself. Returns a function (number, x, y, side) -> SVG.
async function cutter({ source, columns, rows }, side) {
  const sheet = await loaded(source)
  const width = sheet.width / columns
  const height = sheet.height / rows
  const canvas = document.createElement("canvas")
  const scale = Math.max(1, Math.round((SHARP * side) / Math.max(width, height)))
  canvas.width = width * scale
  canvas.height = height * scale
  const context = canvas.getContext("2d")
  context.imageSmoothingEnabled = false
  return (number, x, y) => {
    const [left, top] = [(number % columns) * width, Math.floor(number / columns) * height]
    context.drawImage(sheet, left, top, width, height, 0, 0, canvas.width, canvas.height)
    return (
      `<image x="${x}" y="${y}" width="${side}" height="${side}" ` +
      `href="${canvas.toDataURL("image/png")}"/>`
    )
  }
}

