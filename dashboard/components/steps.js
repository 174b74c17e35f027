// Previous and next, also by the arrow keys wherever these mean nothing else.
const KEYS = { ArrowLeft: -1, ArrowRight: 1 }
const OWN_ARROWS = "input, textarea, select, iframe, [contenteditable], [role=radio], [role=slider]"

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".steps")
  const place = data.at === null ? "" : `${(data.at + 1).toLocaleString("en")} of ${data.count.toLocaleString("en")}`
  root.setAttribute("aria-label", place ? `Image ${place}` : "Image")
  if (!root.children.length) {
    root.append(button("back"), button("previous", "‹ Previous"), label(), button("next", "Next ›"))
  }
  const [back, previous, shown, next] = root.children
  back.textContent = `← ${data.back}`
  back.hidden = !data.back
  shown.textContent = place
  for (const [one, step] of [[previous, -1], [next, 1]]) {
    one.hidden = data.at === null || data.count < 2
    // Still there for the keyboard: a disabled button would lose the focus.
    one.setAttribute("aria-disabled", String(!possible(data, step)))
    one.onclick = () => possible(data, step) && setTriggerValue("stepped", step)
  }
  back.onclick = () => setTriggerValue("stepped", "back")
  if (data.focus) root.focus()

  const pressed = (event) => {
    const step = KEYS[event.key]
    const modified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey
    if (!step || modified || event.defaultPrevented || !possible(data, step)) return
    if (event.composedPath()[0].closest?.(OWN_ARROWS)) return
    event.preventDefault()
    setTriggerValue("stepped", step)
  }
  document.addEventListener("keydown", pressed)
  return () => document.removeEventListener("keydown", pressed)
}

function possible({ at, count }, step) {
  return at !== null && at + step >= 0 && at + step < count
}

function button(kind, text = "") {
  const element = document.createElement("button")
  element.type = "button"
  element.className = kind
  element.textContent = text
  return element
}

function label() {
  const element = document.createElement("span")
  element.setAttribute("aria-live", "polite")
  return element
}
