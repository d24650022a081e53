/** Line plots as SVG, with a logarithmic axis to the right. */

/** One line of a plot. */
export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** A plot. */
export interface Plot {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  /** The places of the axis to the right that are named. */
  readonly xTicks: readonly (readonly [x: number, name: string])[]
  readonly series: readonly Series[]
}

const WIDTH = 820
const HEIGHT = 400
const LEFT = 70
const RIGHT = 300
const TOP = 50
const BOTTOM = 55
const COLOURS = ['#1f6feb', '#d1242f', '#1a7f37', '#8250df', '#bf8700', '#57606a']

/** Formats a plot. */
export function formatPlot({ title, xLabel, yLabel, xTicks, series }: Plot): string {
  const xs = series.flatMap(({ points }) => points.map(([x]) => Math.log(x)))
  const ys = series.flatMap(({ points }) => points.map(([, y]) => y))
  const [from, to] = [Math.min(...xs), Math.max(...xs)]
  const step = niceStep(Math.max(...ys))
  const top = Math.ceil(Math.max(...ys) / step) * step
  const right = WIDTH - RIGHT
  const bottom = HEIGHT - BOTTOM
  const across = (x: number): string =>
    (LEFT + ((Math.log(x) - from) / (to - from || 1)) * (right - LEFT)).toFixed(1)
  const up = (y: number): string => (bottom - (y / top) * (bottom - TOP)).toFixed(1)
  const grid = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => {
    const y = index * step
    return `<line x1="${LEFT}" x2="${right}" y1="${up(y)}" y2="${up(y)}" stroke="#d0d7de"/>
<text x="${LEFT - 8}" y="${up(y)}" text-anchor="end" dominant-baseline="middle">${Number(y.toPrecision(6))}</text>`
  })
  const ticks = xTicks.map(
    ([x, name]) =>
      `<text x="${across(x)}" y="${bottom + 18}" text-anchor="middle">${escape(name)}</text>`,
  )
  const lines = series.map(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length]
    const path = points.map(([x, y]) => `${across(x)},${up(y)}`).join(' ')
    const dots = points.map(
      ([x, y]) => `<circle cx="${across(x)}" cy="${up(y)}" r="3" fill="${colour}"/>`,
    )
    const row = TOP + 10 + index * 20
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>
${dots.join('\n')}
<rect x="${right + 16}" y="${row - 5}" width="14" height="10" fill="${colour}"/>
<text x="${right + 36}" y="${row}" dominant-baseline="middle">${escape(name)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#1f2328">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
<text x="${LEFT}" y="24" font-size="15">${escape(title)}</text>
<text x="${LEFT - 50}" y="${TOP - 12}">${escape(yLabel)}</text>
<text x="${(LEFT + right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escape(xLabel)}</text>
${[...grid, ...ticks, ...lines].join('\n')}
</svg>
`
}

/** A step of 1, 2 or 5 times a power of ten that divides a height in at most six. */
export function niceStep(height: number): number {
  const power = 10 ** Math.floor(Math.log10(height / 6 || 1))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => height / step <= 6) ?? height
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
