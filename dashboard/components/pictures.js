// Pictures below each other or in rows, with sharp pixels. Text is only ever set as text, never as
// HTML.
export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".pictures")
  root.classList.toggle("row", data.row)
  root.replaceChildren(...data.pictures.map(figure))
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
