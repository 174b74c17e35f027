// What a network learned, frame by frame: its confusion matrix, a map of validation images, its first
// layer's kernels, and what it makes of five images. Text is only ever set as text.
const SIDE = 464 // pixels of a canvas that is drawn, twice as many as it takes on the page
const FRAME_MS = 350 // a frame of a film that plays
const MOST_NAMED = 26 // classes of a matrix with names beside it
const WAITS = "nothing yet"
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".film")
  const reels = data.reels.map((reel) => opened(reel, data))
  const views = (reels.length ? reels : [null]).map((reel) => view(reel, data))
  const grid = element("div", "reels")
  grid.append(...views.map(({ root }) => root))
  const moments = [...new Set(reels.flatMap((reel) => reel.film.epochs))].sort((a, b) => a - b)
  const show = (at) => views.forEach(({ draw }, of) => reels[of] && draw(frameAt(reels[of], moments[at])))
  root.inklingStop?.()
  // On the page before anything is drawn: letters take its font, and their size from its canvas.
  if (!data.slider || moments.length < 2) {
    root.replaceChildren(grid)
    show(moments.length - 1)
    return
  }
  const { bar, set, stop } = slider(moments, (at) => {
    root.dataset.at = at
    show(at)
  })
  root.inklingStop = stop
  root.replaceChildren(bar, grid)
  set(Math.min(Number(root.dataset.at ?? Infinity), moments.length - 1))
  return stop
}

// The last frame that is not later than a moment; of a film that begins later, its first.
function frameAt({ film }, moment) {
  return Math.max(0, film.epochs.findLastIndex((epoch) => epoch <= moment))
}

function slider(moments, show) {
  const bar = element("div", "bar")
  const play = element("button", "play", "Play")
  const input = element("input", "epoch")
  const said = element("output", "said")
  play.type = "button"
  Object.assign(input, { type: "range", min: 0, max: moments.length - 1, step: 1 })
  input.setAttribute("aria-label", "Epoch of the film")
  let timer = null
  const set = (at) => {
    input.value = at
    const told = `epoch ${short(moments[at])} of ${short(moments.at(-1))}`
    input.setAttribute("aria-valuetext", told)
    said.textContent = told
    show(at)
  }
  const stop = () => {
    clearInterval(timer)
    timer = null
    play.textContent = "Play"
  }
  play.onclick = () => {
    if (timer !== null) return stop()
    if (Number(input.value) === moments.length - 1) set(0)
    play.textContent = "Pause"
    timer = setInterval(() => {
      const next = Number(input.value) + 1
      if (next < moments.length) set(next)
      if (next >= moments.length - 1) stop()
    }, FRAME_MS)
  }
  input.oninput = () => {
    stop()
    set(Number(input.value))
  }
  bar.append(play, input, said)
  return { bar, set, stop }
}

// A film with its numbers unpacked.
function opened({ title, film, pictures }, { sequential, diverging }) {
  const { kernels, looks } = film
  return {
    title, film, pictures,
    paints: { sequential: scale(sequential), diverging: scale(diverging) },
    levels: kernels && new Int8Array(bytes(kernels.levels)),
    matrices: looks?.matrices ? new Uint32Array(bytes(looks.matrices)) : null,
    probabilities: looks && new Uint16Array(bytes(looks.probabilities)),
    places: looks && new Int8Array(bytes(looks.places)),
  }
}

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer
}

// The elements of a film, and what fills them in for a frame; of no film, only its place.
function view(reel, data) {
  const root = element("div", "reel")
  if (reel?.title) root.append(element("h4", "", reel.title))
  const figures = element("p", "figures", reel ? "" : "Pictures come after the first epoch.")
  const parts = element("div", "parts")
  const pinned = element("ol", "pinned")
  pinned.setAttribute("aria-label", "Five images, and what the network says")
  root.append(figures, parts, pinned)
  const drawn = [
    part(parts, "Confusion matrix", !reel || reel.matrices, "", (canvas, at) => matrix(canvas, reel, at, data)),
    part(parts, "Where it places images", !reel || reel.places, "", (canvas, at) => map(canvas, reel, at, data)),
    part(parts, "First layer", !reel || reel.levels, "sharp", (canvas, at) => kernels(canvas, reel, at)),
  ].filter(Boolean)
  const count = reel ? (reel.film.looks?.pinned.length ?? 0) : 5
  const entries = Array.from({ length: count }, (_, place) => entry(pinned, reel, place))
  if (!reel) return { root, draw: () => {} }
  if (reel.film.looks && glyphs(reel.film.names).some((glyph, at) => glyph !== reel.film.names[at])) {
    root.append(legend(reel.film))
  }
  const draw = (at) => {
    const { accuracies, losses, epochs } = reel.film
    figures.textContent = data.slider
      ? `${percent(accuracies[at])} of validation images right, loss ${losses[at].toPrecision(3)}`
      : `What it makes of validation images after epoch ${short(epochs[at])}`
    drawn.forEach((fill) => fill(at))
    entries.forEach((fill) => fill(at, data))
  }
  return { root, draw }
}

function part(parts, name, there, kind, fill) {
  if (!there) return null
  const figure = element("figure")
  const caption = element("figcaption", "", name)
  const canvas = element("canvas", `square ${kind}`)
  canvas.setAttribute("role", "img")
  canvas.setAttribute("aria-label", `${name}: ${WAITS}`)
  figure.append(caption, canvas)
  parts.append(figure)
  return (at) => canvas.setAttribute("aria-label", fill(canvas, at))
}

function matrix(canvas, { film, matrices, paints }, at, { text }) {
  const classes = film.names.length
  const cells = matrices.subarray(at * classes * classes, (at + 1) * classes * classes)
  // In whole pixels; names stand beside the cells where they are short and few.
  const named = classes <= MOST_NAMED && canvas.clientWidth > 160
  const room = named ? enlarged(canvas, 17) : 0
  const size = Math.max(1, Math.floor((SIDE - room) / classes))
  canvas.width = canvas.height = room + size * classes
  const context = canvas.getContext("2d")
  let [right, total, worst, most] = [0, 0, 0, null]
  for (let row = 0; row < classes; row++) {
    const counts = cells.subarray(row * classes, (row + 1) * classes)
    const sum = counts.reduce((all, count) => all + count, 0)
    total += sum
    counts.forEach((count, column) => {
      if (row === column) right += count
      else if (count > worst) [worst, most] = [count, [row, column]]
      // The root, so that few mistakes are seen beside many right answers.
      context.fillStyle = `rgb(${paints.sequential(sum ? Math.sqrt(count / sum) : 0).slice(0, 3)})`
      context.fillRect(room + column * size, room + row * size, size, size)
    })
  }
  if (named) names(context, canvas, glyphs(film.names), room, size, text)
  const mistake = most && `; “${film.names[most[0]]}” is read as “${film.names[most[1]]}” most often, ${times(worst)}`
  const said = `Confusion matrix, rows true, columns predicted: ${right.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} right${mistake ?? ""}.`
  canvas.title = said
  return said
}

// What stands for each class, beside its row and above its column.
function names(context, canvas, shown, room, size, color) {
  Object.assign(context, { fillStyle: color, textAlign: "center", textBaseline: "middle" })
  context.font = `${Math.min(enlarged(canvas, 12), size)}px ${getComputedStyle(canvas).fontFamily}`
  shown.forEach((name, at) => {
    context.fillText(name, room / 2, room + (at + 0.5) * size)
    context.fillText(name, room + (at + 0.5) * size, room / 2)
  })
}

// Each image as its class's name, or a letter for it: never a color alone.
function map(canvas, { film, places }, at, { categorical, text }) {
  const { labels } = film.looks
  const points = places.subarray(at * labels.length * 2, (at + 1) * labels.length * 2)
  canvas.width = canvas.height = SIDE
  const context = canvas.getContext("2d")
  const shown = glyphs(film.names)
  context.font = `600 ${enlarged(canvas, labels.length > 400 ? 10 : 12)}px ${getComputedStyle(canvas).fontFamily}`
  context.textAlign = "center"
  context.textBaseline = "middle"
  context.globalAlpha = 0.85
  labels.forEach((label, point) => {
    const [x, y] = [points[2 * point], points[2 * point + 1]]
    context.fillStyle = categorical[label % categorical.length] ?? text
    context.fillText(shown[label], SIDE / 2 + (x / 127) * (SIDE / 2 - 16), SIDE / 2 - (y / 127) * (SIDE / 2 - 16))
  })
  const said = `Map of ${labels.length.toLocaleString("en-US")} validation images by what the last layer sees: ${spread(labels, points, film.names)}`
  canvas.title = said
  return said
}

// How far apart the classes lie, in a sentence.
function spread(labels, points, names) {
  const middles = names.map(() => [0, 0, 0])
  labels.forEach((label, point) => {
    middles[label][0] += points[2 * point]
    middles[label][1] += points[2 * point + 1]
    middles[label][2] += 1
  })
  const nearer = labels.filter((label, point) => {
    const from = ([x, y, count]) => (count ? Math.hypot(points[2 * point] - x / count, points[2 * point + 1] - y / count) : Infinity)
    const own = from(middles[label])
    return middles.every((middle, other) => other === label || from(middle) >= own)
  }).length
  return `${percent(nearer / labels.length)} lie nearest to the middle of their own class.`
}

function kernels(canvas, { film, levels, paints }, at) {
  const { height, width, units } = film.kernels
  const columns = Math.ceil(Math.sqrt(units))
  const [wide, high] = [columns * (width + 1) - 1, Math.ceil(units / columns) * (height + 1) - 1]
  canvas.width = canvas.height = Math.max(wide, high)
  const context = canvas.getContext("2d")
  for (let unit = 0; unit < units; unit++) {
    const image = context.createImageData(width, height)
    const from = (at * units + unit) * height * width
    for (let pixel = 0; pixel < height * width; pixel++) {
      image.data.set(paints.diverging(levels[from + pixel] / 254 + 0.5), 4 * pixel)
    }
    context.putImageData(image, (unit % columns) * (width + 1), Math.floor(unit / columns) * (height + 1))
  }
  const said = `${units} kernels of the first layer, ${width}×${height} each: blue lowers a sum, red raises it.`
  canvas.title = said
  return said
}

// One of the five images: its true class, a bar for every class, and what the network says.
function entry(list, reel, place) {
  const item = element("li")
  const looks = reel?.film.looks
  const name = looks ? reel.film.names[looks.pinned[place]] : ""
  const source = reel?.pictures[place]
  const picture = element(source ? "img" : "div", "place")
  if (source) Object.assign(picture, { src: source, alt: `${looks.drawn[place] ? "A drawing" : "A validation image"} of “${name}”` })
  const bars = element("canvas", "bars")
  const [true_, says] = [element("div", "words"), element("div", "words")]
  true_.textContent = looks ? `${looks.drawn[place] ? "drawn" : "true"}: ${name}` : "…"
  true_.title = name
  bars.setAttribute("role", "img")
  bars.setAttribute("aria-label", `An image: ${WAITS}`)
  item.append(picture, true_, bars, says)
  list.append(item)
  return (at, { categorical, text }) => {
    const { names } = reel.film
    const from = (at * looks.pinned.length + place) * names.length
    const shares = Array.from(reel.probabilities.subarray(from, from + names.length), (share) => share / 65535)
    const best = shares.indexOf(Math.max(...shares))
    says.textContent = `${best === looks.pinned[place] ? "✓" : "✗"} ${names[best]} ${percent(shares[best], 0)}`
    says.title = `${names[best]} ${percent(shares[best])}`
    bars.setAttribute("aria-label", `“${names[best]}” ${percent(shares[best])}, “${name}” ${percent(shares[looks.pinned[place]])}`)
    drawBars(bars, shares, looks.pinned[place], categorical[0], text)
  }
}

function drawBars(canvas, shares, truth, accent, text) {
  canvas.width = 208
  canvas.height = 64
  const context = canvas.getContext("2d")
  const step = canvas.width / shares.length
  shares.forEach((share, at) => {
    context.globalAlpha = at === truth ? 1 : 0.55
    context.fillStyle = at === truth ? accent : text
    context.fillRect(at * step + step * 0.1, 64 * (1 - share), Math.max(1, step * 0.8), 64 * share)
  })
}

// What stands for a class on the map: its name where that is short, else a letter.
function glyphs(names) {
  return names.every((name) => [...name].length <= 2) ? names : names.map((_, at) => LETTERS[at] ?? "·")
}

function legend({ names }) {
  const shown = glyphs(names).map((glyph, at) => (glyph === "·" ? null : `${glyph} ${names[at]}`))
  return element("p", "legend", shown.filter(Boolean).join(" · "))
}

// A function from [0, 1] to the color of a scale of steps: red, green, blue, opaque.
function scale(steps) {
  const colors = steps.map((step) => [1, 3, 5].map((at) => parseInt(step.slice(at, at + 2), 16)))
  return (level) => {
    const at = Math.min(Math.max(level, 0), 1) * (colors.length - 1)
    const [low, part] = [Math.floor(at), at % 1]
    const high = colors[Math.min(low + 1, colors.length - 1)]
    return [...colors[low].map((from, channel) => from + (high[channel] - from) * part), 255]
  }
}

function element(kind, name = "", text = "") {
  const made = document.createElement(kind)
  if (name) made.className = name
  if (text) made.textContent = text
  return made
}

// What takes so many pixels on the page, in pixels of a canvas that is drawn.
function enlarged(canvas, pixels) {
  return Math.round((pixels * SIDE) / (canvas.clientWidth || SIDE / 2))
}

const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)}%`
const short = (epoch) => String(Math.round(100 * epoch) / 100)
const times = (count) => (count === 1 ? "once" : `${count.toLocaleString("en-US")} times`)
