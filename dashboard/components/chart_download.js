// Saves a Plotly chart that stands elsewhere on the page, as it looks at that moment: Streamlit
// does not hand out its copy of Plotly, but what that has drawn is SVG already.
const HIDDEN = ".hoverlayer, .zoomlayer, .draglayer, .selectionlayer"
const TEXT = "text:not(:has(tspan)), tspan:not(:has(tspan))"

export default function ({ parentElement, data }) {
  const place = parentElement.querySelector(".place")
  place.replaceChildren(downloadButtons(data, () => chartDrawn(data.chart)))
}

function chartDrawn(key) {
  const chart = document.querySelector(`.st-key-${CSS.escape(key)} .js-plotly-plot`)
  if (!chart) throw new Error(`there is no chart ${key} on this page`)
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
