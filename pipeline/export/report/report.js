// A click on a cell of the confusion matrix shows its images. Text is only ever set as text.
const matrix = document.getElementById("matrix")
const described = document.getElementById("cells")
if (matrix && described) start(JSON.parse(described.textContent))

function start(facts) {
  const buttons = [...matrix.querySelectorAll("button")]
  const sheet = pictures()
  matrix.addEventListener("click", ({ target }) => {
    const pressed = target.closest("button")
    if (pressed) show(pressed, true)
  })
  matrix.addEventListener("keydown", (event) => move(event, buttons))
  // One cell can be reached by the Tab key; the arrow keys lead to the others.
  for (const button of buttons) button.tabIndex = -1
  const mistakes = buttons.filter((button) => button.classList.contains("wrong"))
  const count = (button) => facts.cells[button.dataset.cell]?.count ?? 0
  const first = (mistakes.length ? mistakes : buttons).reduce((best, one) =>
    count(one) > count(best) ? one : best)
  show(first, false)

  function show(pressed, asked) {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === pressed))
    focusable(pressed, buttons)
    const cell = facts.cells[pressed.dataset.cell]
    document.getElementById("panel-title").textContent = cell.title
    document.getElementById("panel-note").textContent = cell.note
    const shown = cell.images.map((image, place) => figure(facts, cell, image, cell.first + place))
    const panel = document.getElementById("panel-pictures")
    panel.replaceChildren(...shown)
    if (asked) within(document.getElementById("panel"))
  }

  function figure(facts, cell, [index, share], place) {
    const canvas = Object.assign(document.createElement("canvas"), {
      width: facts.width, height: facts.height,
    })
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", cell.alt.replace("{index}", index).replace("{share}", share))
    const [x, y] = [place % facts.columns, Math.floor(place / facts.columns)]
    sheet().then((image) => canvas.getContext("2d").drawImage(image,
      x * facts.width, y * facts.height, facts.width, facts.height, 0, 0, facts.width, facts.height))
    const caption = document.createElement("figcaption")
    caption.textContent = share
    const made = Object.assign(document.createElement("figure"), { className: "picture" })
    made.append(canvas, caption)
    return made
  }
}

// The packed picture is decoded once.
function pictures() {
  let decoded
  return () => {
    decoded ??= (async () => {
      const image = new Image()
      image.src = document.getElementById("cell-pictures").textContent
      await image.decode()
      return image
    })()
    return decoded
  }
}

function move(event, buttons) {
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }
  const step = steps[event.key]
  const from = event.target.closest("button")
  if (!step || !from) return
  event.preventDefault()
  const place = (button) => button.dataset.cell.split("-").map(Number)
  const [row, column] = place(from)
  // Empty cells are skipped: the nearest one straight ahead, or else the nearest that way.
  const ahead = buttons
    .map((button) => ({ button, down: place(button)[0] - row, right: place(button)[1] - column }))
    .map(({ button, down, right }) => ({
      button,
      along: step[0] ? down * step[0] : right * step[1],
      aside: Math.abs(step[0] ? right : down),
    }))
    .filter(({ along }) => along > 0)
    .sort((one, other) => one.aside - other.aside || one.along - other.along)
  if (!ahead.length) return
  focusable(ahead[0].button, buttons)
  ahead[0].button.focus()
}

function focusable(chosen, buttons) {
  for (const button of buttons) button.tabIndex = button === chosen ? 0 : -1
}

// On a phone, the images are below the matrix.
function within(panel) {
  const { top, bottom } = panel.getBoundingClientRect()
  if (top >= 0 && top < window.innerHeight * 0.8) return
  if (bottom > 0 && top < 0) return
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches
  panel.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" })
}
