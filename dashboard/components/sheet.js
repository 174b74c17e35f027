// Many pictures that travel as one; this text stands before that of a component that shows them.

// Let what lies within an element show parts of a sheet.
function spread(element, { source, columns, rows }) {
  element.style.setProperty("--sheet", `url("${source}")`)
  element.style.setProperty("--sheet-size", `${columns * 100}% ${rows * 100}%`)
}

// Where a picture lies, as background-position counts: 0% is the first, 100% the last.
function placeOf(at, { columns, rows }) {
  const share = (number, of) => `${of > 1 ? (100 * number) / (of - 1) : 0}%`
  return `${share(at % columns, columns)} ${share(Math.floor(at / columns), rows)}`
}

