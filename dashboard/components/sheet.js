// Many pictures sent as one; this script is put before that of a component that shows them.

// Let the children of an element show parts of a sheet.
function spread(element, { source, columns, rows }) {
  element.style.setProperty("--sheet", `url("${source}")`)
  element.style.setProperty("--sheet-size", `${columns * 100}% ${rows * 100}%`)
}

// The place of a picture as a background-position: 0% is the first, 100% the last.
function placeOf(at, { columns, rows }) {
  const share = (number, of) => `${of > 1 ? (100 * number) / (of - 1) : 0}%`
  return `${share(at % columns, columns)} ${share(Math.floor(at / columns), rows)}`
}

// Whether an element is on the stage of presenter mode, where things fill the screen.
function isOnStage(element) {
  return Boolean(element.getRootNode().host?.closest("[class*=st-key-stage_]"))
}

