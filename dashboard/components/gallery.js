// A grid of pictures that are real buttons. Text is only ever set as text, never as HTML.
export default function ({ parentElement, data, setTriggerValue }) {
  const grid = parentElement.querySelector(".gallery")
  const bar = parentElement.querySelector(".bar")
  const facts = () => ({ columns: data.columns, rows: data.tiles.map((tile) => tile.facts) })
  bar.replaceChildren(downloadButtons(data.about, () => galleryDrawn(data), facts))
  grid.style.setProperty("--tile", `${data.tile}px`)
  grid.setAttribute("aria-label", data.about.title)
  spread(grid, data.sheet)
  const onStage = isOnStage(grid)
  grid.classList.toggle("staged", onStage)
  const focused = grid.querySelector(":focus")
  grid.replaceChildren(
    ...data.tiles.map((tile, at) => shown(tile, placeOf(at, data.sheet), data)),
  )
  const fitted = onStage ? new ResizeObserver(() => fit(grid, data.tiles.length)) : null
  fitted?.observe(grid)

  const kept = focused ? focused.dataset.id : data.focus
  if (kept !== null) find(grid, kept)?.focus()

  grid.onclick = (event) => {
    const pressed = event.target.closest("button")
    if (pressed) setTriggerValue("picked", Number(pressed.dataset.id))
  }

  grid.onkeydown = (event) => {
    const tiles = [...grid.children]
    const at = tiles.indexOf(event.target.closest("button"))
    const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key]
    if (at < 0 || step === undefined) return
    event.preventDefault()
    const to = tiles[Math.min(Math.max(at + step, 0), tiles.length - 1)]
    to.focus()
    // From the image that is shown, the arrow keys lead on to the next one.
    if (tiles[at].getAttribute("aria-pressed") === "true" && to !== tiles[at]) to.click()
  }
  return () => fitted?.disconnect()
}

// In presenter mode tiles are as large as all of them can be at once.
function fit(grid, count) {
  const { clientWidth: width, clientHeight: height } = grid
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize)
  const [gap, around, below] = [0.5 * rem, 0.7 * rem, 3.2 * rem] // as in gallery.css
  let best = { columns: 1, side: 0 }
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns)
    const across = (width - (columns - 1) * gap) / columns - around
    const down = (height - (rows - 1) * gap) / rows - below
    if (Math.min(across, down) > best.side) best = { columns, side: Math.min(across, down) }
  }
  grid.style.setProperty("--columns", best.columns)
  grid.style.setProperty("--side", `${Math.floor(best.side)}px`)
}

function find(grid, id) {
  return grid.querySelector(`[data-id="${id}"]`)
}

// A button, if a click on it does something.
function shown(tile, place, { chosen, picks }) {
  const element = document.createElement(picks ? "button" : "div")
  element.className = "tile"
  element.dataset.id = tile.id
  element.title = tile.hint
  if (picks) {
    element.type = "button"
    element.setAttribute("aria-pressed", String(tile.id === chosen))
  }
  const image = document.createElement("div")
  image.className = "image"
  image.style.backgroundPosition = place
  element.append(image, line(tile.caption, ""), line(tile.detail, "small"))
  return element
}

function line(text, kind) {
  const element = document.createElement("span")
  element.className = kind
  element.textContent = text
  return element
}

const TILE = { side: 96, gap: 14, most: 10, font: { size: 12 } }

// The gallery as SVG: the pictures in rows, each with its two lines.
async function galleryDrawn({ tiles, sheet }) {
  const picture = await cutter(sheet, TILE.side)
  // Long names widen the tiles somewhat; what is longer still loses its middle.
  const longest = Math.max(...tiles.map((tile) => widthOf(tile.caption, TILE.font)))
  const wide = Math.min(Math.max(TILE.side, longest), 2 * TILE.side)
  const across = Math.min(tiles.length, wide > TILE.side ? TILE.most / 2 : TILE.most)
  const [step, high] = [wide + TILE.gap, TILE.side + 36 + TILE.gap]
  const body = tiles.map((tile, at) => {
    const [x, y] = [(at % across) * step, Math.floor(at / across) * high]
    const written = [tile.caption, tile.detail].map((text, line) =>
      label(x, y + TILE.side + 15 + 16 * line, fitted(text, wide, TILE.font), {
        "font-size": TILE.font.size,
        opacity: line ? 0.75 : 1,
      }),
    )
    return picture(at, x, y) + written.join("")
  })
  return {
    width: across * step - TILE.gap,
    height: Math.ceil(tiles.length / across) * high - TILE.gap,
    body: body.join("\n"),
  }
}
