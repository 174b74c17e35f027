// The pictures of a film's frame, each drawn on a canvas; what each shows is returned, in a sentence.
// This script is put before film.js.
const SIDE = 464 // pixels of a canvas that is drawn, twice as many as it takes on the page
const MOST_NAMED = 26 // classes of a matrix with names beside it
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

function matrix(canvas, { film, matrices, paints }, at, { text }) {
  const classes = film.names.length
  const cells = matrices.subarray(at * classes * classes, (at + 1) * classes * classes)
  // In whole pixels; names stand beside the cells where they are short and few.
  const named = classes <= MOST_NAMED && canvas.clientWidth > 160
  const room = named ? enlarged(canvas, 17) : 0
  const size = Math.max(1, Math.floor((SIDE - room) / classes))
  canvas.width = canvas.height = room + size * classes
  const context = canvas.getContext("2d")
  let [right, total, worst, most] = [0, 0, 0, null]
  for (let row = 0; row < classes; row++) {
    const counts = cells.subarray(row * classes, (row + 1) * classes)
    const sum = counts.reduce((all, count) => all + count, 0)
    total += sum
    counts.forEach((count, column) => {
      if (row === column) right += count
      else if (count > worst) [worst, most] = [count, [row, column]]
      // The root, so that few mistakes are seen beside many right answers.
      context.fillStyle = `rgb(${paints.sequential(sum ? Math.sqrt(count / sum) : 0).slice(0, 3)})`
      context.fillRect(room + column * size, room + row * size, size, size)
    })
  }
  if (named) names(context, canvas, glyphs(film.names), room, size, text)
  const mistake = most && `; “${film.names[most[0]]}” is read as “${film.names[most[1]]}” most often, ${times(worst)}`
  const said = `Confusion matrix, rows true, columns predicted: ${right.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} right${mistake ?? ""}.`
  canvas.title = said
  return said
}

// What stands for each class, beside its row and above its column.
function names(context, canvas, shown, room, size, color) {
  Object.assign(context, { fillStyle: color, textAlign: "center", textBaseline: "middle" })
  context.font = `${Math.min(enlarged(canvas, 12), size)}px ${getComputedStyle(canvas).fontFamily}`
  shown.forEach((name, at) => {
    context.fillText(name, room / 2, room + (at + 0.5) * size)
    context.fillText(name, room + (at + 0.5) * size, room / 2)
  })
}

// Each image as its class's name, or a letter for it: never a color alone.
function map(canvas, { film, places }, at, { categorical, text }) {
  const { labels } = film.looks
  const points = places.subarray(at * labels.length * 2, (at + 1) * labels.length * 2)
  canvas.width = canvas.height = SIDE
  const context = canvas.getContext("2d")
  const shown = glyphs(film.names)
  context.font = `600 ${enlarged(canvas, labels.length > 400 ? 10 : 12)}px ${getComputedStyle(canvas).fontFamily}`
  context.textAlign = "center"
  context.textBaseline = "middle"
  context.globalAlpha = 0.85
  labels.forEach((label, point) => {
    const [x, y] = [points[2 * point], points[2 * point + 1]]
    context.fillStyle = categorical[label % categorical.length] ?? text
    context.fillText(shown[label], SIDE / 2 + (x / 127) * (SIDE / 2 - 16), SIDE / 2 - (y / 127) * (SIDE / 2 - 16))
  })
  const said = `Map of ${labels.length.toLocaleString("en-US")} validation images by what the last layer sees: ${spread(labels, points, film.names)}`
  canvas.title = said
  return said
}

// How far apart the classes lie, in a sentence.
function spread(labels, points, names) {
  const middles = names.map(() => [0, 0, 0])
  labels.forEach((label, point) => {
    middles[label][0] += points[2 * point]
    middles[label][1] += points[2 * point + 1]
    middles[label][2] += 1
  })
  const nearer = labels.filter((label, point) => {
    const from = ([x, y, count]) => (count ? Math.hypot(points[2 * point] - x / count, points[2 * point + 1] - y / count) : Infinity)
    const own = from(middles[label])
    return middles.every((middle, other) => other === label || from(middle) >= own)
  }).length
  return `${percent(nearer / labels.length)} lie nearest to the middle of their own class.`
}

function kernels(canvas, { film, levels, paints }, at) {
  const { height, width, units } = film.kernels
  const columns = Math.ceil(Math.sqrt(units))
  const [wide, high] = [columns * (width + 1) - 1, Math.ceil(units / columns) * (height + 1) - 1]
  canvas.width = canvas.height = Math.max(wide, high)
  const context = canvas.getContext("2d")
  for (let unit = 0; unit < units; unit++) {
    const image = context.createImageData(width, height)
    const from = (at * units + unit) * height * width
    for (let pixel = 0; pixel < height * width; pixel++) {
      image.data.set(paints.diverging(levels[from + pixel] / 254 + 0.5), 4 * pixel)
    }
    context.putImageData(image, (unit % columns) * (width + 1), Math.floor(unit / columns) * (height + 1))
  }
  const said = `${units} kernels of the first layer, ${width}×${height} each: blue lowers a sum, red raises it.`
  canvas.title = said
  return said
}

function drawBars(canvas, shares, truth, accent, text) {
  canvas.width = 208
  canvas.height = 64
  const context = canvas.getContext("2d")
  const step = canvas.width / shares.length
  shares.forEach((share, at) => {
    context.globalAlpha = at === truth ? 1 : 0.55
    context.fillStyle = at === truth ? accent : text
    context.fillRect(at * step + step * 0.1, 64 * (1 - share), Math.max(1, step * 0.8), 64 * share)
  })
}

// What stands for a class on the map: its name where that is short, else a letter.
function glyphs(names) {
  return names.every((name) => [...name].length <= 2) ? names : names.map((_, at) => LETTERS[at] ?? "·")
}

// A function from [0, 1] to the color of a scale of steps: red, green, blue, opaque.
function scale(steps) {
  const colors = steps.map((step) => [1, 3, 5].map((at) => parseInt(step.slice(at, at + 2), 16)))
  return (level) => {
    const at = Math.min(Math.max(level, 0), 1) * (colors.length - 1)
    const [low, part] = [Math.floor(at), at % 1]
    const high = colors[Math.min(low + 1, colors.length - 1)]
    return [...colors[low].map((from, channel) => from + (high[channel] - from) * part), 255]
  }
}

// What takes so many pixels on the page, in pixels of a canvas that is drawn.
function enlarged(canvas, pixels) {
  return Math.round((pixels * SIDE) / (canvas.clientWidth || SIDE / 2))
}

const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)}%`
const times = (count) => (count === 1 ? "once" : `${count.toLocaleString("en-US")} times`)
