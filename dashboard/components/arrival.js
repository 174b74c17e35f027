// Scrolls to the top when another page is shown than before, keeps Back to a visitor's steps, takes
// the keyboard into what it opens, and asks for a page drawn anew when it turned dark or light.
let shown
let asked // for which mode, so that nobody asks twice

export default function ({ data, setTriggerValue }) {
  countOnlySteps()
  enterPopovers()
  // Called again whenever the colors change. What Python has drawn keeps its own until then.
  const app = document.querySelector("[data-testid='stApp']")
  const dark = getComputedStyle(app).colorScheme === "dark"
  document.documentElement.dataset.drawnFor = data.dark ? "dark" : "light"
  if (dark === data.dark) asked = undefined
  else if (asked !== dark) setTriggerValue("mode", (asked = dark))
  if (shown !== undefined && shown !== data.page) {
    document.querySelector("[data-testid='stMain']")?.scrollTo(0, 0)
  }
  shown = data.page
}

// A page that is opened writes what it carries over into its address. Until it is touched, that is
// no step of the visitor's and replaces the address it opened at: Back would lead to the same page.
function countOnlySteps() {
  if (history.inklingTouched !== undefined) return
  history.inklingTouched = false
  const touch = () => (history.inklingTouched = true)
  addEventListener("pointerdown", touch, true)
  addEventListener("keydown", touch, true)
  addEventListener("popstate", () => (history.inklingTouched = false))
  const { pushState, replaceState } = history
  history.pushState = (state, unused, url) => {
    const stays = new URL(url ?? "", location.href).pathname === location.pathname
    const write = stays && !history.inklingTouched ? replaceState : pushState
    if (!stays) history.inklingTouched = false
    return write.call(history, state, unused, url)
  }
}

// Streamlit puts what a popover shows at the end of the document, behind all of the page: whoever
// opens one by keyboard would have to go through the whole page to reach it.
function enterPopovers() {
  if (document.inklingEnters) return
  document.inklingEnters = true
  addEventListener("click", ({ target, detail }) => {
    const byKeyboard = detail === 0
    if (byKeyboard && target.closest?.("[data-testid='stPopoverButton']")) focusOpened(20)
  })
}

function focusOpened(frames) {
  const opened = document.querySelector("[data-testid='stPopoverBody']")
  if (opened) {
    opened.tabIndex = -1
    opened.focus()
  } else if (frames > 0) requestAnimationFrame(() => focusOpened(frames - 1))
}
