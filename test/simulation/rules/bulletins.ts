/**
 * The rules about bulletins: `ops` asks for all of them, and nobody else for any. A portal whose log was erased on its own wish
 * has forgotten what it had told.
 */
import { COOLDOWN_MS } from '../../../src/core/bulletins/desk.ts'
import type { Evidence, PortalEvidence } from '../evidence.ts'
import type { BulletinRow } from '../lanes.ts'
import type { Played } from '../play.ts'

const RECOVERED = 'relay.recovered'
/** The types that may be told again and again without a recovery between. */
const COUNTED = ['relay.event.parked', 'relay.callers.refused', 'relay.changes.found']
/** The part of each delivery id of a bulletin, behind which its number stands. */
const ID_PART = '-relay-'

/** A bulletin comes to `ops`, unless it was refused or set aside there; in the order of the numbers, and to nobody else. */
export function bulletinsCome({ played, portals }: Evidence): readonly string[] {
  const strangers = played.receivers.flatMap(({ name, seen }) =>
    seen.some(({ id }) => id?.includes(ID_PART)) ? [`${name} was told a bulletin`] : [],
  )
  return [...strangers, ...portals.flatMap((found) => faultsAtOps(played, found))]
}

function faultsAtOps({ ops }: Played, { portal, bulletins }: PortalEvidence): readonly string[] {
  const { memberId, domain } = portal
  const taken = ops.taken.filter((one) => one.memberId === memberId && !one.isReplayed)
  const numbers = taken.map(({ id }) => Number(id?.split(ID_PART)[1]))
  const known = new Set(
    ops.taken
      .filter((one) => one.memberId === memberId)
      .map(({ id }) => Number(id?.split(ID_PART)[1])),
  )
  const untold = bulletins.flatMap(({ n, type, to, fates }) => {
    if (to.join() !== 'ops') return [`${domain}: ${n} (${type}) is for ${to.join()}`]
    const isParked = fates['ops']?.state === 'parked'
    return known.has(n) || isParked ? [] : [`${domain}: ${n} (${type}) never came to ops`]
  })
  const first = [...new Set(numbers)]
  const isInOrder = first.every((n, index) => index === 0 || n > (first[index - 1] ?? 0))
  return isInOrder ? untold : [...untold, `${domain}: ops met bulletins as ${first.join(' ')}`]
}

/** A cause is told at most once an hour, by the clock of the object. A clock that jumps measures no hour. */
export function bulletinsRest({ played, portals }: Evidence): readonly string[] {
  if (played.history.moments.some(({ step }) => step.kind === 'clock')) return []
  return portals.flatMap(({ portal, bulletins }) =>
    [...Map.groupBy(bulletins, keyOf)].flatMap(([key, told]) =>
      told.flatMap(({ n, at }, index) => {
        const before = told[index - 1]
        const isRested = before === undefined || at - before.at >= COOLDOWN_MS
        const isNew = portal.erasedAt.length > 0 || isOfLife(key)
        return isRested || isNew ? [] : [`${portal.domain}: ${n} (${key}) comes too soon`]
      }),
    ),
  )
}

function keyOf({ type, about, data }: BulletinRow): string {
  // Each end follows its own beginning, which rests.
  return `${type} ${about ?? ''} ${data.from ?? ''}`.trimEnd()
}

function isOfLife(key: string): boolean {
  return /^relay\.portal\.(?:installed|updated|uninstalled|paid)/.test(key)
}

/** A recovery is told of a trouble that was told and has not recovered since. */
export function recoveriesFollow({ portals }: Evidence): readonly string[] {
  return portals.flatMap(({ portal, bulletins }) => {
    const open = new Set<string>()
    return bulletins.flatMap(({ n, type, about, data }) => {
      const key = `${data.from ?? type} ${about ?? ''}`
      if (type !== RECOVERED) {
        if (!COUNTED.includes(type)) open.add(key)
        return []
      }
      const isOpen = open.delete(key)
      return isOpen ? [] : [`${portal.domain}: ${n} tells the end of ${key}, which was not told`]
    })
  })
}

/** When everything works again, and the operator has resumed every lane, nothing of what was told lasts. */
export function troublesEnd({ portals }: Evidence): readonly string[] {
  return portals.flatMap(({ portal, open }) =>
    open.map((key) => `${portal.domain}: ${key} lasts although all is well`),
  )
}
