// Follows the pointer over a Plotly chart, and asks the server for the picture of the point below.
const PAUSE = 40 // milliseconds that the pointer has to rest: not every point on its way counts

export default function ({ parentElement, data, setStateValue }) {
  const over = parentElement.querySelector(".over")
  const image = over.querySelector("img")
  // See `arrival.js`: what is reported while another page comes would empty it.
  const isLeaving = () => "leaving" in document.documentElement.dataset
  over.asks = (sample) => isLeaving() || setStateValue("hovered", sample)
  over.answer = data
  reveal(over, image)
  // The chart may come after this, with the pointer over it already, and be drawn anew.
  const place = `.st-key-${CSS.escape(data.chart)} .js-plotly-plot`
  const look = ({ target }) => listen(target.closest?.(place), over, image)
  // Who begins to draw around marks asks for a selection, and no more for a picture.
  const press = () => clearTimeout(over.waiting)
  document.addEventListener("pointermove", look)
  document.addEventListener("pointerdown", press)
  return () => {
    document.removeEventListener("pointermove", look)
    document.removeEventListener("pointerdown", press)
  }
}

function listen(chart, over, image) {
  if (!chart?.on || chart.inklingOver === over) return
  chart.inklingOver = over
  chart.on("plotly_hover", ({ event, points }) => {
    const sample = points[0].customdata?.[0]
    if (sample === undefined || event.buttons) return
    over.sample = sample
    over.style.left = `${Math.min(event.clientX + 18, window.innerWidth - 130)}px`
    over.style.top = `${Math.min(event.clientY + 22, window.innerHeight - 130)}px`
    reveal(over, image)
    clearTimeout(over.waiting)
    if (over.answer.sample !== sample) over.waiting = setTimeout(() => over.asks(sample), PAUSE)
  })
  chart.on("plotly_unhover", () => {
    over.sample = null
    clearTimeout(over.waiting)
    reveal(over, image)
  })
}

// Only the picture of the point that the pointer is over is shown, never that of one before.
function reveal(over, image) {
  const { sample, source } = over.answer
  over.hidden = !source || sample !== over.sample
  if (!over.hidden) Object.assign(image, { src: source, alt: `test image ${sample}` })
}
