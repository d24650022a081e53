/**
 * The rules that every history must keep, whatever went wrong in it. Each rule gives the sentences that tell
 * how it was broken; none is a history that kept it.
 */
import { foldChanges, leavesOf } from '../../src/core/fields/changes.ts'
import type { Json, RelayEvent } from '../../src/core/log/event.ts'
import { parseEnrichment } from '../../src/portal/log/event-schemas.ts'
import type { Answered } from './cast/relay.ts'
import { MEMBER_ID } from './cast/portal.ts'
import type { Seen, VirtualReceiver } from './cast/receiver.ts'
import { RECEIVERS, type ReceiverName, type Step } from './history.ts'
import type { Played } from './play.ts'

/** What is wrong with a history after all. */
export interface Breach {
  readonly rule: string
  readonly what: string
}

/** A row of the log, as the disk holds it. */
interface LogRow {
  readonly sequence: number
  readonly receipt: string
  readonly event: RelayEvent
  readonly enrichment: string | null
}

interface FateSeen {
  readonly state: string
  readonly reason: string | null
}

/** An event as the admin API shows it. */
interface EventSeen {
  readonly sequence: number
  readonly fates: Readonly<Record<string, FateSeen>>
}

type Rule = (played: Played, seen: readonly EventSeen[]) => readonly string[]

const RULES: Readonly<Record<string, Rule>> = {
  'what was acknowledged is in the log': acknowledgedIsStored,
  'everything has a fate that explains it': everyEventHasItsFate,
  'each lane is told in order': ordered,
  'repeats come only from crashes': fewRepeats,
  'previousSequence is a chain': chained,
  'one id is one event': idsAreUnique,
  'no token leaves its sealed place': secretsStay,
  'the changes told add up to the portal': changesAddUp,
}

/** Judges a history that was played to its end. */
export function judge(played: Played, events: readonly Answered[]): readonly Breach[] {
  // Sound: the pages of the admin API have this form.
  const seen = events.flatMap(({ body }) => (body as { events?: EventSeen[] }).events ?? [])
  const broken = Object.entries(RULES).flatMap(([rule, check]) =>
    check(played, seen).map((what) => ({ rule, what })),
  )
  return [...played.breaches, ...broken]
}

function logOf({ object }: Played): readonly LogRow[] {
  const { disk } = object
  if (disk.rows(`SELECT 1 AS found FROM sqlite_master WHERE name = 'log'`).length === 0) return []
  return disk
    .rows('SELECT sequence, receipt, event, enrichment FROM log ORDER BY sequence')
    .map(({ sequence, receipt, event, enrichment }) => ({
      sequence: Number(sequence),
      receipt: String(receipt),
      // Sound: the relay wrote it.
      event: JSON.parse(String(event)) as RelayEvent,
      enrichment: typeof enrichment === 'string' ? enrichment : null,
    }))
}

function did(played: Played, kind: Step['kind']): boolean {
  return played.history.moments.some(({ step }) => step.kind === kind)
}

function acknowledgedIsStored(played: Played): readonly string[] {
  if (played.erasures > 0) return []
  const stored = new Set(
    logOf(played).map(({ event }) => `${event.name} ${event.field?.id ?? '-'} ${event.ts ?? '-'}`),
  )
  return played.portal.sent
    .filter(({ answer }) => answer?.status === 200)
    .map(({ name, fieldId, ts }) => `${name} ${fieldId} ${ts}`)
    .filter((event) => !stored.has(event))
    .map((event) => `${event} was answered 200 and is nowhere`)
}

function everyEventHasItsFate(played: Played, seen: readonly EventSeen[]): readonly string[] {
  const log = logOf(played)
  const faults: string[] = []
  for (const { sequence } of log) {
    const event = seen.find((one) => one.sequence === sequence)
    if (event === undefined) {
      faults.push(`${sequence} is not shown`)
      continue
    }
    for (const name of RECEIVERS) {
      const fault = faultOf(played, name, sequence, event.fates[name] ?? null)
      if (fault !== null) faults.push(`${sequence} at ${name}: ${fault}`)
    }
  }
  return faults
}

function faultOf(
  played: Played,
  name: ReceiverName,
  sequence: number,
  fate: FateSeen | null,
): string | null {
  if (fate === null) return 'has no fate'
  const receiver = played.receivers[name]
  const hasSeen = receiver.taken.some((one) => one.sequence === sequence)
  switch (fate.state) {
    case 'delivered':
      return receiver.type === 'webhook' && !hasSeen ? 'counts as delivered, and never came' : null
    case 'unchanged':
      return null
    case 'parked':
      return wasRefused(played, name) ? null : `is parked (${fate.reason}), and nothing was refused`
    case 'filtered':
      return mayBeFiltered(played, name)
        ? null
        : `is filtered (${fate.reason}), and no filter was set`
    default:
      return `is ${fate.state} (${fate.reason ?? ''}) at the end`
  }
}

function wasRefused({ history }: Played, name: ReceiverName): boolean {
  return history.moments.some(
    ({ step }) =>
      (step.kind === 'receiver' && step.who === name && ['refuses', 'gone'].includes(step.mode)) ||
      (step.kind === 'park' && step.who === name),
  )
}

function mayBeFiltered({ history }: Played, name: ReceiverName): boolean {
  return history.moments.some(
    ({ step }) => step.kind === 'deploy' && step.to === 'filtered' && name === 'erp',
  )
}

function machines({ receivers }: Played): readonly VirtualReceiver[] {
  return Object.values(receivers).filter(({ type }) => type === 'webhook')
}

/** The live messages that a receiver has taken: replays stand outside of the order. */
function live(receiver: VirtualReceiver): readonly (Seen & { readonly sequence: number })[] {
  return receiver.taken.flatMap((one) =>
    one.isReplayed || one.sequence === null ? [] : [{ ...one, sequence: one.sequence }],
  )
}

function ordered(played: Played): readonly string[] {
  if (played.erasures > 0) return []
  return machines(played).flatMap((receiver) => {
    const known = new Set<number>()
    let last = 0
    return live(receiver).flatMap(({ sequence }) => {
      const isNew = !known.has(sequence)
      known.add(sequence)
      const isLate = isNew && sequence < last
      last = Math.max(last, sequence)
      return isLate ? [`${receiver.name} met ${sequence} first after ${last}`] : []
    })
  })
}

/** A crash may repeat ten deliveries to a machine; an answer that was lost repeats its own one. */
const REPEATS_PER_CRASH = 10

function fewRepeats(played: Played): readonly string[] {
  if (played.erasures > 0) return []
  return machines(played).flatMap((receiver) => {
    const told = live(receiver).filter(({ isTold }) => isTold)
    const repeats = told.length - new Set(told.map(({ sequence }) => sequence)).size
    const allowed = played.object.crashes * REPEATS_PER_CRASH + played.cutSends(receiver.name)
    return repeats > allowed
      ? [`${receiver.name} was told ${repeats} twice, ${played.object.crashes} crashes`]
      : []
  })
}

function chained(played: Played, seen: readonly EventSeen[]): readonly string[] {
  if (played.erasures > 0) return []
  return machines(played).flatMap((receiver) =>
    live(receiver).flatMap(({ sequence, previousSequence }) => {
      const before = previousSequence ?? 0
      if (before >= sequence) return [`${receiver.name}: ${sequence} names ${before} before it`]
      const between = seen.filter((one) => one.sequence > before && one.sequence < sequence)
      const meant = between.filter(({ fates }) => {
        const state = fates[receiver.name]?.state
        return state !== 'filtered' && state !== 'unchanged'
      })
      if (meant.length === 0 || mayBeFiltered(played, 'erp')) return []
      const left = meant.map((one) => one.sequence).join(' ')
      return [`${receiver.name}: ${sequence} names ${before} before it, and not ${left}`]
    }),
  )
}

function idsAreUnique(played: Played): readonly string[] {
  return machines(played).flatMap((receiver) => {
    const sequenceById = new Map<string, number>()
    const idBySequence = new Map<number, string>()
    return receiver.seen.flatMap(({ id, sequence }) => {
      if (id === null || sequence === null) return []
      const other = sequenceById.get(id) ?? sequence
      const otherId = idBySequence.get(sequence) ?? id
      sequenceById.set(id, sequence)
      idBySequence.set(sequence, id)
      if (other !== sequence) return [`${receiver.name}: one id for ${other} and ${sequence}`]
      return otherId === id ? [] : [`${receiver.name}: two ids for ${sequence}`]
    })
  })
}

function secretsStay({ relay, network }: Played): readonly string[] {
  const places: readonly (readonly [string, readonly string[]])[] = [
    ['a log line', relay.lines],
    ['KV', relay.kv.entries().map(([key, value]) => `${key} ${value}`)],
    ['the disk', relay.portals.all().flatMap(({ disk }) => disk.texts())],
    [
      'a receiver',
      network.seen
        .filter(({ url }) => !url.includes('bitrix'))
        .map(({ body, headers }) => `${body} ${JSON.stringify([...headers])}`),
    ],
  ]
  return places.flatMap(([place, texts]) => {
    const found = texts.find((text) => text.includes('canary'))
    return found === undefined ? [] : [`${place} holds ${found.slice(0, 200)}`]
  })
}

function changesAddUp(played: Played): readonly string[] {
  // A new installation begins with a new baseline.
  if (did(played, 'uninstall')) return []
  const states = new Map<number, ReadonlyMap<string, Json>>()
  for (const [id, attributes] of played.baseline) states.set(id, leavesOf(attributes))
  for (const { event, enrichment } of logOf(played)) {
    const changes = enrichment === null ? null : (parseEnrichment(enrichment)?.changes ?? null)
    if (event.field === null || changes === null) continue
    states.set(event.field.id, foldChanges(states.get(event.field.id) ?? new Map(), changes))
  }
  const ids = new Set([...states.keys(), ...played.portal.fields.keys()])
  return [...ids].flatMap((id) => {
    const told = shown(states.get(id) ?? new Map())
    const held = shown(leavesOf(played.portal.fields.get(id) ?? {}))
    return told === held ? [] : [`field ${id} was told to be ${told}, and is ${held}`]
  })
}

function shown(leaves: ReadonlyMap<string, Json>): string {
  return [...leaves]
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}=${String(value)}`)
    .toSorted()
    .join(' ')
}

/** The pages of the events, for `judge`. */
export async function readEvents(played: Played): Promise<readonly Answered[]> {
  const pages: Answered[] = []
  let before = ''
  for (;;) {
    const path = `/portals/${MEMBER_ID}/events?limit=200${before}`
    const page = await played.during(played.relay.admin(path))
    pages.push(page)
    // Sound: the page of the admin API has this member.
    const next = (page.body as { before?: number | null }).before ?? null
    if (next === null) return pages
    before = `&before=${next}`
  }
}
