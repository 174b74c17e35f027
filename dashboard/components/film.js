// What a network learned, frame by frame: its confusion matrix, a map of validation images, its first
// layer's kernels, and what it makes of five images. Text is only ever set as text.
const FRAME_MS = 350 // a frame of a film that plays
const WAITS = "nothing yet"

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
  const taken = downloadButtons(data.about, () => framesDrawn(grid), () => numbersOf(reels))
  root.replaceChildren(bar, grid, taken)
  set(Math.min(Number(root.dataset.at ?? Infinity), moments.length - 1))
  return stop
}

// The last frame that is not later than a moment; of a film that begins later, its first.
function frameAt({ film }, moment) {
  return Math.max(0, film.epochs.findLastIndex((epoch) => epoch <= moment))
}

// What is on the page at this moment, as SVG.
function framesDrawn(grid) {
  const origin = grid.getBoundingClientRect()
  const pictures = [...grid.querySelectorAll("canvas, img")].map((picture) => {
    const { x, y, width, height } = picture.getBoundingClientRect()
    const source = picture.toDataURL?.() ?? picture.src
    const style = picture.matches(".bars") ? "" : ' style="image-rendering: pixelated"'
    const place = `x="${x - origin.x}" y="${y - origin.y}" width="${width}" height="${height}"`
    return `<image ${place} preserveAspectRatio="xMidYMid meet" href="${source}"${style}/>`
  })
  const texts = [...grid.querySelectorAll("h4, .figures, figcaption, .words, .legend")].map((text) => {
    const { x, y, width, height } = text.getBoundingClientRect()
    const font = { size: parseFloat(getComputedStyle(text).fontSize) }
    const written = fitted(text.textContent, width, font)
    return label(x - origin.x, y - origin.y + 0.75 * height, written, { "font-size": font.size })
  })
  return { width: origin.width, height: origin.height, body: [...pictures, ...texts].join("\n") }
}

function numbersOf(reels) {
  const rows = reels.flatMap(({ title, film }) =>
    film.epochs.map((epoch, at) => [title, epoch, 100 * film.accuracies[at], film.losses[at]]),
  )
  return { columns: ["run", "epoch", "validation accuracy (%)", "validation loss"], rows }
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

function legend({ names }) {
  const shown = glyphs(names).map((glyph, at) => (glyph === "·" ? null : `${glyph} ${names[at]}`))
  return element("p", "legend", shown.filter(Boolean).join(" · "))
}

function element(kind, name = "", text = "") {
  const made = document.createElement(kind)
  if (name) made.className = name
  if (text) made.textContent = text
  return made
}

const short = (epoch) => String(Math.round(100 * epoch) / 100)
