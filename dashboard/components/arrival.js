// Scrolls to the top when another page is shown than before.
let shown

export default function ({ data }) {
  if (shown !== undefined && shown !== data.page) {
    document.querySelector("[data-testid='stMain']")?.scrollTo(0, 0)
  }
  shown = data.page
}
