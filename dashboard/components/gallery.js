// A grid of pictures that are real buttons. Text is only ever set as text, never as HTML.
export default function ({ parentElement, data, setTriggerValue }) {
  const grid = parentElement.querySelector(".gallery")
  grid.style.setProperty("--tile", `${data.tile}px`)
  grid.setAttribute("aria-label", data.label)
  spread(grid, data.sheet)
  const focused = grid.querySelector(":focus")
  grid.replaceChildren(
    ...data.tiles.map((tile, at) => button(tile, placeOf(at, data.sheet), tile.id === data.chosen)),
  )

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
}

function find(grid, id) {
  return grid.querySelector(`[data-id="${id}"]`)
}

function button(tile, place, chosen) {
  const element = document.createElement("button")
  element.type = "button"
  element.className = "tile"
  element.dataset.id = tile.id
  element.title = tile.hint
  element.setAttribute("aria-label", tile.hint)
  element.setAttribute("aria-pressed", String(chosen))
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
