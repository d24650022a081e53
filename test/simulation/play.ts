/** Plays a history over the real relay: it begins, goes step by step, is healed at its end, and is judged. */
import { NOW } from '../support/time.ts'
import { VirtualNetwork } from './cast/network.ts'
import { VirtualPortal } from './cast/portal.ts'
import { RECEIVERS, VirtualReceiver } from './cast/receiver.ts'
import { VirtualRelay } from './cast/relay.ts'
import { RIGHT, varsOf, type Settings } from './deployments.ts'
import { gather } from './evidence.ts'
import { definitionOf } from './field.ts'
import { heal } from './healing.ts'
import { judge, type Breach } from './judge.ts'
import { seededRandom } from './machine/virtual-crypto.ts'
import { VirtualTime } from './machine/virtual-time.ts'
import { standsWithoutAlarm } from './rules/liveness.ts'
import { does } from './steps.ts'
import type { History } from './step.ts'
import { tellStep } from './story.ts'
import { MEMBER_ID } from '../support/identity.ts'

const MINUTE_MS = 60_000
const FIRST_FIELDS = [235, 236, 237]
const NAMES = ['acme', 'beta', 'gamma']
const MEMBER_IDS = [
  MEMBER_ID,
  'b1a7d0c4e2f34c5f8a6b9c0d1e2f3a4b',
  '00c3d5e7f9a1b3c5d7e9f1a3b5c7d9e1',
]

/** A request or an answer that takes longer than this has no end. */
const LONGEST_WORK_MS = 60 * MINUTE_MS

/** A replay that was granted to `late`. */
export interface Grant {
  readonly portal: VirtualPortal
  /** True time of the wish, in unix milliseconds. */
  readonly at: number
  readonly from: number
  readonly to: number
  /** How many events were promised. */
  readonly promised: number
}

/** A history while it is played, and afterwards. */
export class Played {
  readonly history: History
  readonly time = new VirtualTime(NOW)
  readonly random = seededRandom(1)
  readonly network = new VirtualNetwork(this.time)
  readonly relay: VirtualRelay
  readonly portals: readonly VirtualPortal[]
  readonly receivers: readonly VirtualReceiver[]
  /** The operator's receiver, which is told bulletins and no event. It stands on the machine of `late`. */
  readonly ops: VirtualReceiver
  /** What happened, line by line. */
  readonly story: string[] = []
  /** What was wrong already while the history was played. */
  readonly breaches: Breach[] = []
  /** Every configuration that was deployed, the present one last. */
  readonly deployed: Settings[] = []
  /** The replays of a range that were granted to the receiver `late`. */
  readonly grants: Grant[] = []
  /** A number that no other edit has. */
  edits = 0
  /** The number of the next new field. */
  nextField = 238

  constructor(history: History) {
    this.history = history
    const { time, network, random } = this
    this.relay = new VirtualRelay({ time, network, random, note: (line) => this.note(line) })
    this.portals = history.portals.map((connection, number) => {
      const identity = {
        number,
        memberId: MEMBER_IDS[number] ?? '',
        domain: `${NAMES[number] ?? ''}.bitrix24.com`,
        connection,
      }
      return new VirtualPortal(time, this.relay, identity)
    })
    const slow = Array.from({ length: history.slowReceivers }, (_, at) => `slow${at + 1}`)
    this.receivers = [...RECEIVERS, ...slow].map((name) => {
      const isChat = name === 'crm' || name === 'team'
      return new VirtualReceiver(time, name, isChat ? 'slack' : 'webhook')
    })
    this.ops = new VirtualReceiver(this.time, 'ops', 'webhook')
    const everybody = [...this.portals, ...this.receivers, this.ops]
    for (const { answer } of everybody) network.handle(answer)
  }

  /** Adds a line to the story. */
  note(line: string): void {
    this.story.push(`${((this.time.now() - NOW) / 1000).toFixed(1)} s: ${line}`)
  }

  /** Notes that a rule is broken, once for each sentence. */
  breaks(rule: string, what: string): void {
    if (this.breaches.some((known) => known.rule === rule && known.what === what)) return
    this.breaches.push({ rule, what })
    this.note(`broken: ${rule}: ${what}`)
  }

  /** The portal of a number, counted around. */
  portal(number: number): VirtualPortal {
    const portal = this.portals[number % this.portals.length]
    if (portal === undefined) throw new Error('A history needs a portal')
    return portal
  }

  /** The object of a portal. */
  objectOf({ memberId }: Pick<VirtualPortal, 'memberId'>) {
    return this.relay.portals.object(memberId)
  }

  /** A receiver by its name. */
  receiver(name: string): VirtualReceiver {
    const receiver = this.receivers.find((one) => one.name === name)
    if (receiver === undefined) throw new Error(`No receiver is called ${name}`)
    return receiver
  }

  /** The configuration that is deployed. */
  get settings(): Settings {
    return this.deployed.at(-1) ?? RIGHT
  }

  /** Deploys a configuration. */
  deploys(settings: Settings): void {
    this.deployed.push(settings)
    this.relay.deploys(varsOf(settings, this))
  }

  /** Calls the admin API for a portal, and does not wait for the answer. */
  operates({ memberId }: VirtualPortal, path: string, body?: unknown): void {
    void this.relay.admin(`/portals/${memberId}${path}`, 'POST', body).catch(() => undefined)
  }

  /** Asks for the events of a range once more, and remembers what is promised to `late`. */
  replays(
    portal: VirtualPortal,
    who: string,
    range: { readonly from: number; readonly to: number },
  ): void {
    const at = this.time.now()
    const path = `/portals/${portal.memberId}/lanes/${who}/replay`
    const asked = this.relay.admin(path, 'POST', range).then(({ status, body }) => {
      if (status !== 202 || who !== 'late') return
      // Sound: the admin API answers a replay in this form.
      const { replayed } = body as { readonly replayed: number }
      this.grants.push({ portal, at, ...range, promised: replayed })
    })
    asked.catch(() => undefined)
  }

  /** Lets time pass until the work is over. */
  async during<T>(work: Promise<T>): Promise<T> {
    let isOver = false
    const ended = work.finally(() => {
      isOver = true
    })
    ended.catch(() => undefined)
    if (await this.time.passesUntil(() => isOver, LONGEST_WORK_MS)) return ended
    throw new Error('A request has no end')
  }

  /** Plays the whole history. */
  async play(): Promise<void> {
    await this.#begins()
    for (const { step, thenMs } of this.history.moments) {
      if (step.kind !== 'wait') this.note(tellStep(step))
      does(this, step)
      await this.time.passes(thenMs)
      standsWithoutAlarm(this)
    }
    await heal(this)
  }

  async #begins(): Promise<void> {
    const { portals, time } = this
    for (const { fields } of portals)
      for (const id of FIRST_FIELDS) fields.set(id, definitionOf(id))
    for (const receiver of this.receivers) {
      if (receiver.name.startsWith('slow')) receiver.becomes('slow')
    }
    // In a calm history nobody deploys anything.
    this.deploys(this.history.isCalm ? RIGHT : { ...RIGHT, late: 'absent' })
    for (const portal of portals) {
      const ts = portal.nextTs()
      await this.during<unknown>(
        portal.connection === 'application'
          ? portal.installs()
          : portal.sends(235, 'updated', { ts, userId: null }),
      )
    }
    await time.passes(MINUTE_MS)
    for (const portal of portals) this.operates(portal, '/reconcile')
    await time.passes(2 * MINUTE_MS)
    for (const portal of portals) portal.baseline = new Map(portal.fields)
  }
}

/** Plays a history in virtual time; the clocks of the process belong to it meanwhile. */
export async function play(
  history: History,
): Promise<{ readonly played: Played; readonly breaches: readonly Breach[] }> {
  const played = new Played(history)
  const { time, random, relay, network } = played
  const giveBackFetch = network.install()
  const giveBack = time.install({ random, write: (line) => void relay.lines.push(line) })
  try {
    await played.play()
    return { played, breaches: judge(await gather(played)) }
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { played, breaches: [...played.breaches, { rule: 'the history ends', what }] }
  } finally {
    giveBack()
    giveBackFetch()
  }
}
