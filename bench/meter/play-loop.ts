/**
 * Plays a loop of events in virtual time, and counts what it costs. A portal costs something even when it sends
 * nothing, for example its daily visits. So each loop is played once with its events and once without any, on
 * storages of their own, and the difference is the events' own cost.
 */
import { CountedRelay, RECEIVERS } from './counted-relay.ts'
import { subtractCounts, type LoopCounts } from '../cost/counts.ts'
import type { Loop } from '../cost/loops.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The relay keeps events for 30 days; after so many daily visits all are dropped. */
const VISITS = 32

/** So long after the last event the alarms that were set for it have fired, too. */
const REST_MS = 20 * MINUTE_MS

/** So many events at a time fill the log. */
const AT_ONCE = 100

/** Plays a loop on an empty storage, or lets the same time pass without its events. */
export async function playLoop(
  ctx: DurableObjectState,
  loop: Loop,
  way: 'sending' | 'resting',
): Promise<LoopCounts> {
  const relay = new CountedRelay(ctx)
  const { time } = relay
  await during(relay, relay.installs())
  await time.passes(MINUTE_MS)
  await fill(relay, loop)
  await during(relay, relay.sends(loop))
  await rest(relay)
  const begun = { counts: { ...relay.counts }, at: time.now(), received: relay.received }
  const sent: Promise<void>[] = []
  for (let event = 0; event < loop.events; event += 1) {
    if (way === 'sending') sent.push(relay.sends(loop))
    await time.passes(loop.everyMs)
  }
  await during(relay, Promise.all(sent))
  await rest(relay)
  const told = { ...relay.counts }
  const received = relay.received - begun.received
  if (received !== sent.length * RECEIVERS.length) {
    throw new Error(`The receivers got ${received} messages for ${sent.length} events`)
  }
  for (let day = 1; day <= VISITS; day += 1) {
    await time.passes(begun.at + day * DAY_MS - time.now())
    await during(relay, relay.object.call('touch', []))
  }
  await rest(relay)
  return {
    told: subtractCounts(told, begun.counts),
    kept: subtractCounts(relay.counts, told),
  }
}

/** Fills the log with everything but the last event that it holds before, past the receivers. */
async function fill(relay: CountedRelay, loop: Loop): Promise<void> {
  relay.deploys([])
  for (let left = loop.logged - 1; left > 0; left -= AT_ONCE) {
    const sent = Array.from({ length: Math.min(left, AT_ONCE) }, () =>
      relay.sends({ ...loop, kind: 'thin', isEdgeCold: false }),
    )
    await during(relay, Promise.all(sent))
    await relay.time.passes(1000)
  }
  await rest(relay)
  relay.deploys(RECEIVERS)
}

/** Lets time pass until nothing of the last events is left to do. */
async function rest(relay: CountedRelay): Promise<void> {
  await relay.time.passes(REST_MS)
  // A comparison or another work of its own may be under way at just this moment.
  await relay.time.passesUntil(() => !relay.object.isAwake, MINUTE_MS)
  relay.check()
}

/** Lets time pass until the work is over. */
async function during({ time }: CountedRelay, work: Promise<unknown>): Promise<void> {
  let isOver = false
  const ended = work.finally(() => {
    isOver = true
  })
  ended.catch(() => undefined)
  await time.passesUntil(() => isOver, 60 * MINUTE_MS)
  await ended
}
