/**
 * A plot of bars, one for each hour: drawn by the Worker, without a script, in the colours of the styles. The numbers
 * stand in a table beside it, for readers who do not see it.
 */

/** One bar; its heights are shares of the plot, from 0 to 1. */
export interface Bar {
  readonly height: number
  /** A darker part of it, from the ground; null for none. */
  readonly inner: number | null
  /** The text for a pointer that rests on the bar. */
  readonly title: string
}

/** The parts of a plot. */
export interface BarPlotTerms {
  /** The text for a screen reader in the place of the picture. */
  readonly label: string
  readonly bars: readonly Bar[]
  /** The class of the colours. */
  readonly tone: 'received' | 'delay' | 'backlog'
}

/** The width of a bar with its gap, and the height of a plot, in the units of the picture. */
const STEP = 10
const HEIGHT = 60

/** Draws the bars. The picture is as wide as its place, so its units have no fixed size. */
export function BarPlot({ label, bars, tone }: BarPlotTerms) {
  const width = bars.length * STEP
  return (
    <svg
      class={`plot ${tone}`}
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      <rect class="ground" x="0" y={HEIGHT - 1} width={width} height="1" />
      {bars.map(({ height, inner, title }, place) => (
        <g>
          <title>{title}</title>
          <rect class="hover" x={place * STEP} y="0" width={STEP} height={HEIGHT} />
          <BarRect place={place} height={height} name="bar" />
          {inner !== null && <BarRect place={place} height={inner} name="inner" />}
        </g>
      ))}
    </svg>
  )
}

interface BarRectTerms {
  readonly place: number
  readonly height: number
  readonly name: string
}

/** Every bar that is not zero can be seen. */
function BarRect({ place, height, name }: BarRectTerms) {
  if (height <= 0) return null
  const tall = Math.round(10 * Math.max(2, Math.min(1, height) * HEIGHT)) / 10
  return <rect class={name} x={place * STEP + 1} y={HEIGHT - tall} width={STEP - 2} height={tall} />
}
