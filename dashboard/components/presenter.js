// Presenter mode: keys, a few quiet buttons, and how large the screen is. Before another view is
// asked for, the page is: what can step by itself, as the tour does, prevents the `inkling-step`.
const STEPS = { ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1, PageUp: -1 }
const TYPED = "textarea, select, [contenteditable], input:not([type=range], [type=checkbox], [type=radio], [type=button])"
// What arrow keys and space mean something to, for whoever reached it by keyboard.
const OPERATED = "input, button, a, [tabindex], [role=slider], [role=radio], [role=application]"
const USUAL = 420 // pixels of a screen's shorter side where things are as large as on a page
const PATIENCE = 3000 // milliseconds until a view that was asked for is no longer waited for
const ICONS = { previous: "M15 5l-7 7 7 7", next: "M9 5l7 7-7 7", leave: "M6 6l12 12M18 6L6 18" }

let told = null // what Python said last, and the way to answer
let asked = null // what was asked for and has not come yet
let listens = false
let tabbed = false // whether the focus was last moved by keyboard

export default function ({ parentElement, data, setTriggerValue, setStateValue }) {
  const root = parentElement.querySelector(".presenter")
  const isNew = root !== told?.root
  told = { data, root, send: (what) => setTriggerValue("asked", what), setStateValue }
  if (asked && hasCome(asked.what, data)) forget()
  // Another page is a new instance: what the former one was told while it went may be lost.
  else if (asked && isNew) told.send(asked.what)
  draw()
  if (!listens) {
    listens = true
    // Before any part of the page: a click into a part must not take the keys away from a clicker.
    addEventListener("keydown", (event) => pressed(event), true)
    addEventListener("keyup", (event) => released(event), true)
    addEventListener("pointerdown", () => (tabbed = false), true)
    addEventListener("resize", () => tellScale())
  }
  tellScale()
}

function hasCome(what, { on, at, astray }) {
  return { enter: on, leave: !on, back: !astray }[what] ?? what === at
}

function ask(what) {
  const one = (asked = { what })
  document.documentElement.dataset.leaving = "view" // see `arrival.js`
  setTimeout(() => asked === one && (forget(), draw()), PATIENCE)
  draw()
  told.send(what)
}

function forget() {
  asked = null
  delete document.documentElement.dataset.leaving
}

// The number of the view that is shown, or soon will be.
function now() {
  return typeof asked?.what === "number" ? asked.what : told.data.at
}

function draw() {
  const { root, data } = told
  if (!data.on) return root.replaceChildren()
  if (!root.children.length) {
    const bar = made("div", "bar")
    bar.setAttribute("role", "group")
    const place = made("span", "place")
    place.setAttribute("role", "status")
    bar.append(button("previous", -1), place, button("next", 1), button("leave", 0))
    root.append(edge("previous", -1), edge("next", 1), bar)
  }
  const { words, count } = data
  const at = now()
  const bar = root.querySelector(".bar")
  bar.setAttribute("aria-label", words.bar)
  for (const kind of ["previous", "next", "leave"]) {
    const one = bar.querySelector(`.${kind}`)
    one.setAttribute("aria-label", words[kind])
    one.title = words[kind]
    if (kind !== "leave") one.setAttribute("aria-disabled", String(target(kind === "next" ? 1 : -1) === null))
  }
  const place = bar.querySelector(".place")
  const shown = at === null ? "" : `${at} / ${count}`
  if (place.textContent !== shown) place.textContent = shown
}

// Which view a step leads to; "back" to the one that a click has led away from, null for none.
function target(by) {
  const { count, astray } = told.data
  if (by < 0 && astray && !asked) return "back"
  const to = (now() ?? 0) + by
  return to >= 1 && to <= count ? to : null
}

function step(by) {
  const event = new CustomEvent("inkling-step", { detail: { by }, cancelable: true })
  if (!document.dispatchEvent(event)) return
  const to = target(by)
  if (to !== null) ask(to)
}

function pressed(event) {
  if (event.key === "Tab") tabbed = true
  if (!told || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return
  const on = event.composedPath()[0]
  if (on.matches?.(TYPED)) return
  const { data } = told
  if (!data.on) {
    if (event.key.toLowerCase() === "p" && !event.shiftKey && !event.repeat) take(event, () => ask("enter"))
    return
  }
  const by = STEPS[event.key]
  if (!by && event.key !== "Escape") return
  // A clicker sends Page Up and Page Down. The rest is for what was reached by keyboard.
  if (!event.key.startsWith("Page") && operates(on)) return
  take(event, () => (by ? event.repeat || step(by) : ask("leave")))
}

function operates(on) {
  return tabbed && Boolean(on.matches?.(OPERATED))
}

// A button is pressed when the space bar comes up again.
function released(event) {
  if (told?.data.on && event.key === " " && !operates(event.composedPath()[0])) event.preventDefault()
}

function take(event, act) {
  event.preventDefault()
  event.stopImmediatePropagation()
  act()
}

// Charts are drawn by Python, which cannot see the screen.
function tellScale() {
  if (!told?.data.on) return
  const scale = Math.round((4 * Math.min(innerWidth, innerHeight)) / USUAL) / 4
  const fitting = Math.min(Math.max(scale, 0.75), 6)
  if (fitting !== told.data.scale) told.setStateValue("scale", fitting)
}

function act(by) {
  return by ? () => step(by) : () => ask("leave")
}

function button(kind, by) {
  const element = made("button", kind)
  element.type = "button"
  element.onclick = act(by)
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
  icon.setAttribute("viewBox", "0 0 24 24")
  icon.setAttribute("aria-hidden", "true")
  path.setAttribute("d", ICONS[kind])
  icon.append(path)
  element.append(icon)
  return element
}

function edge(kind, by) {
  const element = made("div", `edge ${kind}`)
  element.onclick = act(by)
  return element
}

function made(tag, kind) {
  const element = document.createElement(tag)
  element.className = kind
  return element
}
