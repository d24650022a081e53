/**
 * Decides which destinations are told a bulletin. A destination asks for bulletins by globs that begin with `relay.`,
 * so neither the default globs nor a bare `*` ask for any. Pure.
 */
import { compileGlobs } from '../glob.ts'
import type { Bulletin } from './bulletin.ts'

/** A destination as far as it may be told bulletins. */
export interface BulletinReader {
  readonly name: string
  /** The globs of its setting `events`. */
  readonly events: readonly string[]
  /** The fallback: the destination that is told the bulletins about this one; null for none. */
  readonly fallback: string | null
}

/** The globs among those of `events` that ask for bulletins. */
export function bulletinGlobs(events: readonly string[]): readonly string[] {
  return events.filter((glob) => /^relay\./i.test(glob))
}

/** Whether a destination asks for any bulletin, or has a fallback. */
export function concernsBulletins({
  events,
  fallback,
}: Pick<BulletinReader, 'events' | 'fallback'>): boolean {
  return fallback !== null || bulletinGlobs(events).length > 0
}

/** The destinations that are told a bulletin. */
export interface Recipients {
  /** Whether any destination has asked for the bulletin, the one included that it is about. */
  readonly isWanted: boolean
  /** The names of the destinations that are told. */
  readonly to: readonly string[]
}

/**
 * Who is told a bulletin: those that ask for its type, and the fallback of the destination that it is about. `readers`
 * are the destinations whose globs `portals` take the portal: no other one is told anything of it, also not as a
 * fallback, since it may belong to another customer. The destination that a bulletin is about is never told, since it
 * may be the one that takes nothing. So without a fallback, and without another one that asks, nobody is, and the
 * bulletin is only shown.
 */
export function recipientsOf(
  { type, about }: Pick<Bulletin, 'type' | 'about'>,
  readers: readonly BulletinReader[],
): Recipients {
  const names = new Set(readers.filter((reader) => asksFor(reader, type)).map(({ name }) => name))
  const fallback = readers.find(({ name }) => name === about)?.fallback ?? null
  if (fallback !== null && readers.some(({ name }) => name === fallback)) names.add(fallback)
  return { isWanted: names.size > 0, to: [...names].filter((name) => name !== about) }
}

function asksFor({ events }: BulletinReader, type: string): boolean {
  return compileGlobs(bulletinGlobs(events))(type)
}
