// Pictures below each other or in rows, with sharp pixels. Text is only ever set as text, never as
// HTML.
export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".pictures")
  root.classList.toggle("row", data.row)
  root.replaceChildren(...data.pictures.map(figure))
  const bar = parentElement.querySelector(".bar")
  const { about, pictures } = data
  bar.replaceChildren(...(about ? [downloadButtons(about, () => rowDrawn(pictures))] : []))
}

const SIDE = 96 // pixels of a picture of a downloaded row
const ACROSS = 10

// A row of pictures as SVG: each with its name and its detail below it.
async function rowDrawn(pictures) {
  const font = { size: 12 }
  const drawn = pictures.map(async ({ source, name, detail }, at) => {
    const [x, y] = [(at % ACROSS) * (SIDE + 14), Math.floor(at / ACROSS) * (SIDE + 50)]
    const picture = await cutter({ source, columns: 1, rows: 1 }, SIDE)
    const lines = [name, detail].map((line, number) =>
      label(x, y + SIDE + 15 + 16 * number, fitted(line, SIDE, font), { "font-size": font.size }),
    )
    return picture(0, x, y) + lines.join("")
  })
  return {
    width: Math.min(pictures.length, ACROSS) * (SIDE + 14) - 14,
    height: Math.ceil(pictures.length / ACROSS) * (SIDE + 50) - 14,
    body: (await Promise.all(drawn)).join("\n"),
  }
}

function figure({ source, alt, width, name, detail }) {
  const element = document.createElement("figure")
  if (name) {
    const caption = document.createElement("figcaption")
    caption.append(text(name, "name"), " ", text(detail, "detail"))
    element.append(caption)
  }
  const image = document.createElement("img")
  image.src = source
  image.alt = alt
  image.style.width = width ? `${width}px` : "100%"
  element.append(image)
  return element
}

function text(content, kind) {
  const element = document.createElement("span")
  element.className = kind
  element.textContent = content
  return element
}
