/** `npm run bench`: measures the contenders in turn, and prints the tables. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DELIVERING, PAUSED, RELAY } from '../contenders/relay.ts'
import type { Contender, ServerKind } from '../contenders/server.ts'
import { CONSTANT, FETCHING, GROUPED, INSERT } from '../contenders/workers.ts'
import { installedPeers } from '../peers/peers.ts'
import { formatPlot } from '../plot.ts'
import { median } from '../statistics.ts'
import { formatBacklogs, measureBacklog, type Backlog } from './backlog.ts'
import { measureDelay, STEADY_RATE, type Delay } from './delay.ts'
import { Field } from './field.ts'
import { killUnderLoad, type Loss } from './kill.ts'
import { describeMachine } from './machine.ts'
import { runRounds } from './rounds.ts'
import {
  compareDelivering,
  formatDelays,
  formatDelivering,
  formatLosses,
  formatReceiving,
  type Results,
} from './speed-tables.ts'

const ROUNDS = 5
const PORTALS = [1, 10, 100]

/** What the command was asked for. */
export interface SpeedWish {
  /** Whether n8n and Node-RED are measured as well. */
  readonly withPeers: boolean
  /** The folder below which the servers store. */
  readonly folder: string
  /** The folder for the plot; null: none is written. */
  readonly plotFolder: string | null
  /** Takes each line for the terminal. */
  readonly say: (line: string) => void
}

/** Measures everything, and prints it. */
export async function showSpeed({ withPeers, folder, plotFolder, say }: SpeedWish): Promise<void> {
  const peers = await installedPeers({ withPeers, say })
  const field = await Field.open(folder)
  try {
    say(describeMachine(folder))
    const contenders = contendersWith(peers)
    const results = await runRounds(field, contenders, { rounds: ROUNDS, say })
    const receiving = pick(results, ({ kind }) => !kind.delivers)
    const delivering = pick(results, ({ kind }) => kind.delivers)
    say(`\nEvents that are taken, beside a bare Worker that makes one durable insert:\n`)
    say(formatReceiving(receiving, (portals) => find(contenders, INSERT, portals)))
    say(
      `\nEvents that are taken and delivered to three receivers, beside a bare Worker that does no more:\n`,
    )
    say(`${formatDelivering(delivering, (portals) => find(contenders, FETCHING, portals))}\n`)
    const own = find(contenders, DELIVERING, 1)
    for (const kind of peers) {
      const other = find(contenders, kind, 1)
      if (own !== undefined && other !== undefined) say(compareDelivering(results, own, other))
    }
    const single = [...delivering.keys()].filter(({ portals }) => portals === 1)
    say(`\nFrom the answer to the last delivery, at ${STEADY_RATE} events a second:\n`)
    say(formatDelays(await eachInTurn(single, (one): Promise<Delay> => measureDelay(field, one))))
    say('\nAcknowledged and not yet delivered, at half of the rate of the rounds above:\n')
    say(formatBacklogs(await backlogsOf(field, results, single)))
    say('\nKilled under load with SIGKILL while the receivers are down, and started again:\n')
    say(formatLosses(await eachInTurn(single, (one): Promise<Loss> => killUnderLoad(field, one))))
    if (plotFolder !== null) writePlot(results, plotFolder)
  } finally {
    await field.close()
  }
}

function backlogsOf(
  field: Field,
  results: Results,
  contenders: readonly Contender[],
): Promise<ReadonlyMap<Contender, Backlog>> {
  return eachInTurn(contenders, (one) => {
    const rates = (results.get(one) ?? []).map(({ finished }) => finished)
    return measureBacklog(field, one, median(rates) / 2)
  })
}

function contendersWith(peers: readonly ServerKind[]): readonly Contender[] {
  const scaled = [INSERT, GROUPED, RELAY, FETCHING, DELIVERING]
  return [
    ...[CONSTANT, PAUSED].map((kind) => ({ kind, portals: 1 })),
    ...scaled.flatMap((kind) => PORTALS.map((portals) => ({ kind, portals }))),
    ...peers.map((kind) => ({ kind, portals: 1 })),
  ]
}

function pick(results: Results, isMeant: (contender: Contender) => boolean): Results {
  return new Map([...results].filter(([contender]) => isMeant(contender)))
}

function find(
  contenders: readonly Contender[],
  kind: ServerKind,
  portals: number,
): Contender | undefined {
  return contenders.find((one) => one.kind === kind && one.portals === portals)
}

async function eachInTurn<T>(
  contenders: readonly Contender[],
  measure: (contender: Contender) => Promise<T>,
): Promise<ReadonlyMap<Contender, T>> {
  const measured = new Map<Contender, T>()
  for (const contender of contenders) measured.set(contender, await measure(contender))
  return measured
}

function writePlot(results: Results, folder: string): void {
  const kinds = [INSERT, GROUPED, RELAY, FETCHING, DELIVERING]
  const series = kinds.map((kind) => ({
    name: kind.name,
    points: [...results]
      .filter(([contender]) => contender.kind === kind)
      .map(
        ([{ portals }, rounds]) => [portals, median(rounds.map((one) => one.finished))] as const,
      ),
  }))
  mkdirSync(folder, { recursive: true })
  const plot = formatPlot({
    title: 'Throughput over portals',
    xLabel: 'portals',
    yLabel: 'events a second, deliveries included',
    xTicks: PORTALS.map((portals) => [portals, String(portals)]),
    series,
  })
  writeFileSync(join(folder, 'throughput.svg'), plot)
}
