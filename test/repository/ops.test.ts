/**
 * What stands in `ops/` is read by the programs for which it is made. `promtool` belongs to Prometheus (Debian: prometheus). Where it is
 * missing, these tests are skipped, and say so. Grafana is in no registry that this project uses: its dashboard is looked through here, and
 * its queries are read by promtool.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { formatExposition } from '../../src/core/metrics/exposition.ts'
import { metricsOf } from '../../src/core/metrics/metrics.ts'
import { SOME_SUMS } from '../support/builders/some-sums.ts'
import { NOW } from '../support/time.ts'

const FAMILIES = metricsOf({
  ...SOME_SUMS,
  destinations: ['erp', 'a "quoted"\\name'],
  words: { refusals: ['untrusted'], refreshes: ['unreachable'] },
  version: 'v-1',
  now: NOW,
})

/** Every name by which a query may ask. */
const NAMES = FAMILIES.flatMap(({ name, type }) =>
  type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
)

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: {
    readonly h: number
    readonly w: number
    readonly x: number
    readonly y: number
  }
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[]
}

// Sound: the first tests compare what these members hold.
const dashboard = JSON.parse(readFileSync('ops/grafana-dashboard.json', 'utf8')) as {
  readonly uid: string
  readonly panels: readonly Panel[]
  readonly annotations: { readonly list: readonly { readonly expr: string }[] }
}

const shown = dashboard.panels.filter(({ type }) => type !== 'row')
const queries = [
  ...shown.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
]

/** The metrics that a text of queries names. */
function namesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/bitrix24_relay_\w+/gu)].map(([name]) => name))]
}

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

function promtool(args: readonly string[], input = ''): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

/** A folder that is gone after the test. */
function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ops-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('ops/grafana-dashboard.json', () => {
  it('asks for metrics that there are, and for each of them', () => {
    const asked = namesIn(JSON.stringify(dashboard))
    expect(asked.filter((name) => !NAMES.includes(name))).toEqual([])
    const base = (name: string) => name.replace(/_(?:bucket|sum|count)$/u, '')
    const missing = FAMILIES.filter(({ name }) => !asked.map(base).includes(name))
    expect(missing.map(({ name }) => name)).toEqual([])
  })

  it('has panels with a title, a description and a data source of their own, none upon another', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    for (const panel of shown) {
      expect(panel).toMatchObject({
        title: expect.stringMatching(/\w/u),
        description: expect.stringMatching(/\.$/u),
        datasource: { uid: '${datasource}' },
      })
      expect(panel.targets?.length).toBeGreaterThan(0)
    }
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true)
  })
})

describe('ops/alerts.yml', () => {
  const alerts = readFileSync('ops/alerts.yml', 'utf8')

  it('asks for metrics that there are, and says of each alert what to do', () => {
    expect(namesIn(alerts).filter((name) => !NAMES.includes(name))).toEqual([])
    const names = [...alerts.matchAll(/- alert: (\w+)/gu)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(10)
    expect(alerts.match(/^ +description: /gmu)).toHaveLength(names.length)
    expect(alerts.match(/^ +labels: \{ severity: (?:critical|warning) \}/gmu)).toHaveLength(
      names.length,
    )
    const page = readFileSync('docs/metrics.md', 'utf8')
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })
})

if (!hasPromtool) {
  process.stderr.write(
    '!!! There is no promtool here, so Prometheus has read NEITHER rules NOR queries NOR metrics: apt-get install prometheus\n',
  )
}

describe.skipIf(!hasPromtool)('promtool', () => {
  it('reads the rules, and each alert fires in its case and in no other', () => {
    expect(promtool(['check', 'rules', 'ops/alerts.yml'])).toMatchObject({ status: 0 })
    const { status, said } = promtool(['test', 'rules', 'ops/alerts.test.yml'])
    expect([status, said]).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  it('reads the queries of the dashboard', () => {
    const rules = queries.map((query, n) => ({
      record: `dashboard:query_${n}`,
      expr: query.replaceAll('$destination', '.*'),
    }))
    const file = join(aFolder(), 'queries.yml')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
    const { status, said } = promtool(['check', 'rules', file])
    expect([status, said]).toEqual([0, expect.stringContaining(`${queries.length} rules found`)])
  })

  it('reads the metrics, and finds nothing to correct in their names', () => {
    const { status, said } = promtool(['check', 'metrics'], formatExposition(FAMILIES))
    expect([status, said]).toEqual([0, ''])
  })

  it('refuses what is wrong, so that these tests would see it', () => {
    expect(promtool(['check', 'metrics'], 'a{ 1\n').status).not.toBe(0)
    expect(promtool(['check', 'rules', 'package.json']).status).not.toBe(0)
  })
})
