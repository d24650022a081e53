/**
 * Bulletins: the events of the relay itself, for vendors and operators. A bulletin has a number of its own, outside the
 * sequence of the portal's log, and waits in a log of its own until each destination that asks for it was told. Pure.
 */
import type { ParkReason } from '../lanes/state/fate.ts'
import { NO_CONTENT, NOT_ENRICHED, type Json, type LogEntry } from '../log/event.ts'

/** The types of bulletins about one destination. */
export const LANE_BULLETINS = [
  'relay.lane.disabled',
  'relay.lane.behind',
  'relay.event.parked',
] as const

/** The types of bulletins about the life of an installation. */
export const LIFE_BULLETINS = [
  'relay.portal.installed',
  'relay.portal.updated',
  'relay.portal.paid',
  'relay.portal.payment_ended',
  'relay.portal.method_confirm',
  'relay.portal.uninstalled',
] as const

/** The types of bulletins about a portal that somebody has to look at. */
export const PORTAL_BULLETINS = [
  'relay.portal.tokens_lost',
  'relay.portal.suspended',
  'relay.portal.unfinished',
  'relay.portal.quiet',
  'relay.portal.storage',
  'relay.callers.refused',
  'relay.changes.found',
] as const

/** The type of the bulletin which says that a trouble has ended that was told before. */
export const RECOVERED = 'relay.recovered'

/** Every type of bulletins, as `events` of a destination may name them. */
export const BULLETIN_TYPES = [
  ...LANE_BULLETINS,
  ...LIFE_BULLETINS,
  ...PORTAL_BULLETINS,
  RECOVERED,
] as const

/** A type of bulletins; a stable word of the contract. */
export type BulletinType = (typeof BULLETIN_TYPES)[number]

/** A bulletin before it has its number. */
export interface Bulletin {
  readonly type: BulletinType
  /** The destination that it is about; null for a portal. */
  readonly about: string | null
  /** Unix milliseconds. */
  readonly at: number
  /** Everything that it tells beside the portal; it holds no secret. */
  readonly data: { readonly [key: string]: Json }
}

/** The fate of a bulletin at a destination, where it does not follow from the cursor of its lane. */
export interface BulletinFate {
  readonly state: 'delivered' | 'parked' | 'expired'
  readonly reason: ParkReason | null
  readonly status: number | null
  /** Unix milliseconds. */
  readonly at: number
  readonly attempts: number
}

/** A bulletin as it is stored. */
export interface NumberedBulletin extends Bulletin {
  /** 1, 2, 3 …, never used twice in a portal. */
  readonly n: number
  /** The destinations that are told, decided when the bulletin was made. */
  readonly to: readonly string[]
  readonly fates: Readonly<Record<string, BulletinFate>>
}

/** Whether a text begins like a type of bulletins. Neither Bitrix24's names nor other types of the relay do so. */
export function isBulletinName(name: string): boolean {
  return /^relay\.[a-z]/.test(name)
}

/** The delivery id of a bulletin: the same at every destination and on every attempt, and that of no event. */
export function bulletinId(memberId: string, n: number): string {
  return `${memberId}-relay-${n}`
}

/** The bulletin in the form of an entry of the log, so that the same lanes walk over it: its number is the sequence. */
export function asEntry({ n, type, about, at, data }: NumberedBulletin): LogEntry {
  const subject = about === null ? {} : { destination: about }
  return {
    sequence: n,
    receipt: `relay-${n}`,
    receivedAt: at,
    event: { name: type, ...NO_CONTENT, ts: Math.floor(at / 1000), data: { ...subject, ...data } },
    origin: 'event',
    enrichment: NOT_ENRICHED,
  }
}
