// Scrolls to the top when another page is shown than before, keeps Back to a visitor's steps, takes
// the keyboard into what it opens, says when a page is being left, and asks for a page drawn anew
// when it turned dark or light.
let shown
let asked // for which mode, so that nobody asks twice

export default function ({ data, setTriggerValue }) {
  countOnlySteps()
  enterPopovers()
  watchForLeaving()
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

// Once another page is asked for, a late report of this one would leave that page empty: Streamlit
// answers it with a run of this page's fragment, and shows no other page's parts with it. So parts
// that report when something has rested for a moment look here first.
function watchForLeaving() {
  delete document.documentElement.dataset.leaving
  const watches = document.inklingAt !== undefined
  document.inklingAt = location.pathname // the browser changes it before Back is heard of
  if (watches) return
  const leave = (pathname) => {
    if (pathname !== document.inklingAt) document.documentElement.dataset.leaving = pathname
  }
  addEventListener("click", ({ target, button, ctrlKey, metaKey, shiftKey, altKey }) => {
    const link = target.closest?.("a[href]:not([target=_blank])")
    const stays = button || ctrlKey || metaKey || shiftKey || altKey // with this page in its tab
    if (link?.origin === location.origin && !stays) leave(link.pathname)
  }, true)
  addEventListener("popstate", () => leave(location.pathname), true)
}
