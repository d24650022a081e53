/** Plays a history over the real relay, heals everything at the end, and lets the rules be checked. */
import type { FieldAction } from '../../src/core/log/event.ts'
import type { FieldAttributes } from '../../src/core/fields/field-read.ts'
import { SIGNING_SECRET } from '../support/runtime-bindings.ts'
import { NOW } from '../support/time.ts'
import { VirtualNetwork } from './cast/network.ts'
import { MEMBER_ID, REST_URL, VirtualPortal, WEBHOOK_TOKEN } from './cast/portal.ts'
import { VirtualReceiver } from './cast/receiver.ts'
import { VirtualRelay, type Vars } from './cast/relay.ts'
import { judge, readEvents, type Breach } from './judge.ts'
import {
  RECEIVERS,
  type Deployment,
  type History,
  type ReceiverName,
  type Step,
} from './history.ts'
import { VirtualTime } from './machine/virtual-time.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const FIRST_FIELDS = [235, 236, 237]

/** A history after it was played. */
export class Played {
  readonly time = new VirtualTime(NOW)
  readonly network = new VirtualNetwork(this.time)
  readonly relay: VirtualRelay
  readonly portal: VirtualPortal
  readonly receivers: Readonly<Record<ReceiverName, VirtualReceiver>>
  readonly history: History
  /** What happened, line by line. */
  readonly story: string[] = []
  /** The definitions that the portal had when its first comparison was over. */
  baseline: ReadonlyMap<number, FieldAttributes> = new Map()
  /** How often the log was erased on the portal's wish. */
  erasures = 0
  /** What was wrong already while the history was played. */
  readonly breaches: Breach[] = []
  #nextField = 238
  #random = 1

  constructor(history: History) {
    this.history = history
    this.relay = new VirtualRelay({
      time: this.time,
      network: this.network,
      random: () => this.#nextRandom(),
      note: (line) => this.note(line),
    })
    this.portal = new VirtualPortal(this.time, this.relay)
    this.network.handle(this.portal.answer)
    const made = RECEIVERS.map((name) => {
      const type = name === 'erp' || name === 'audit' ? 'webhook' : 'slack'
      const receiver = new VirtualReceiver(this.time, name, type)
      this.network.handle(receiver.answer)
      return [name, receiver] as const
    })
    // Sound: there is one for each name.
    this.receivers = Object.fromEntries(made) as Record<ReceiverName, VirtualReceiver>
  }

  /** Adds a line to the story. */
  note(line: string): void {
    this.story.push(`${((this.time.now() - NOW) / 1000).toFixed(1)} s: ${line}`)
  }

  /** How many messages a receiver took without the relay knowing it. */
  cutSends(who: string): number {
    return Object.values(this.receivers)
      .filter(({ name }) => name === who)
      .reduce((sum, { taken }) => sum + taken.filter(({ isTold }) => !isTold).length, 0)
  }

  /** The portal's object. */
  get object() {
    return this.relay.portals.object(MEMBER_ID)
  }

  /** Plays the whole history. */
  async play(): Promise<void> {
    await this.#begins()
    for (const { step, thenMs } of this.history.moments) {
      this.note(describe(step))
      await this.#does(step)
      await this.time.passes(thenMs)
      this.#looksForAlarm()
    }
    await this.#heals()
    this.#looksForAlarm()
  }

  async #begins(): Promise<void> {
    for (const id of FIRST_FIELDS) this.portal.fields.set(id, definition(id))
    this.relay.deploys(this.#vars('base'))
    const connected =
      this.history.connection === 'application'
        ? this.portal.installs()
        : this.portal.sends(235, 'updated', { by: 'webhook', ts: this.#ts(), userId: null })
    await this.during(connected)
    await this.time.passes(2 * MINUTE_MS)
    await this.during(this.relay.admin(`/portals/${MEMBER_ID}/reconcile`, 'POST'))
    await this.time.passes(2 * MINUTE_MS)
    this.baseline = new Map(this.portal.fields)
  }

  /** Lets time pass until the work is over. */
  async during<T>(work: Promise<T>): Promise<T> {
    let isOver = false
    const ended = work.finally(() => {
      isOver = true
    })
    ended.catch(() => undefined)
    for (let count = 0; !isOver; count += 1) {
      if (count > 3000) throw new Error('A request has no end')
      await this.time.passes(20)
    }
    return ended
  }

  async #does(step: Step): Promise<void> {
    const { relay, portal, receivers, time } = this
    switch (step.kind) {
      case 'edit':
        return this.#edits(step)
      case 'burst':
        for (let count = 0; count < step.count; count += 1) {
          this.#edits({
            kind: 'edit',
            field: count % 3,
            value: count,
            isLost: false,
            isDoubled: false,
            delayMs: count * 40,
            isRobot: false,
          })
        }
        return
      case 'add': {
        const id = (this.#nextField += 1)
        portal.fields.set(id, definition(id))
        return this.#sends(id, 'added', {
          delayMs: 0,
          isLost: false,
          isDoubled: false,
          isRobot: false,
        })
      }
      case 'delete': {
        const id = [...portal.fields.keys()][step.field]
        if (id === undefined) return
        portal.fields.delete(id)
        return this.#sends(id, 'deleted', {
          delayMs: 0,
          isLost: false,
          isDoubled: false,
          isRobot: false,
        })
      }
      case 'receiver':
        receivers[step.who].mode = step.mode
        return
      case 'portal':
        portal.mode = step.mode
        return
      case 'kv':
        relay.kv.mode = step.mode
        return
      case 'crash':
        time.after(step.afterMs, () => this.object.crash())
        return
      case 'crash_at_write':
        this.object.disk.faults.endsAtWrite = step.count
        return
      case 'crash_others':
        for (const object of [...relay.pacers.all(), ...relay.directory.all()]) object.crash()
        return
      case 'disk':
        this.object.disk.faults.isFull = step.isFull
        return
      case 'call':
        relay.callFaults.push(step.fault)
        return
      case 'alarms':
        relay.alarmDelayMs = step.delayMs
        return
      case 'alarm_twice':
        void this.object.fireAlarm()
        return
      case 'clock':
        time.skewMs = step.skewMs
        return
      case 'pause':
      case 'resume':
        return this.#admin(`/lanes/${step.who}/${step.kind}`)
      case 'park':
        return this.#admin(`/lanes/${step.who}/park`, { sequence: this.#cursorOf(step.who) + 1 })
      case 'replay':
        return this.#admin(`/lanes/${step.who}/replay`, { parked: true })
      case 'reconcile':
        return this.#admin('/reconcile')
      case 'deploy':
        relay.deploys(this.#vars(step.to))
        return
      case 'cron':
        void relay.cron(step.trigger)
        return
      case 'uninstall':
        if (this.history.connection === 'webhook') return
        if (step.clean) this.erasures += 1
        void portal.uninstalls({ clean: step.clean }).catch(() => undefined)
        return
      case 'install':
        if (this.history.connection === 'webhook') return
        void portal.installs().catch(() => undefined)
    }
  }

  /** An object that is not in memory and has work must have an alarm, or nothing wakes it. */
  #looksForAlarm(): void {
    if (this.object.isAwake || this.object.disk.alarmAt() !== null) return
    if (this.history.moments.some(({ step }) => step.kind === 'alarms' && step.delayMs === null))
      return
    const rows = this.object.disk.rows(`SELECT 1 AS found FROM sqlite_master WHERE name = 'log'`)
    const head =
      rows.length === 0
        ? 0
        : Number(this.object.disk.rows('SELECT max(sequence) AS head FROM log')[0]?.['head'] ?? 0)
    for (const { destination, cursor, status } of this.lanes()) {
      if (cursor >= head || status === 'paused' || status === 'disabled') continue
      const what = `${destination} stands at ${cursor} of ${head} (${status}), and no alarm stands`
      this.breaches.push({ rule: 'work has an alarm', what })
      this.note(what)
    }
  }

  #cursorOf(who: ReceiverName): number {
    return this.lanes().find(({ destination }) => destination === who)?.cursor ?? 0
  }

  /** The lanes as they are stored. */
  lanes(): readonly {
    readonly destination: string
    readonly cursor: number
    readonly status: string
  }[] {
    const { disk } = this.object
    if (disk.rows(`SELECT 1 AS found FROM sqlite_master WHERE name = 'lanes'`).length === 0)
      return []
    const text = disk.rows('SELECT lanes FROM lanes')[0]?.['lanes']
    // Sound: the column holds what the object wrote.
    return typeof text === 'string' ? (JSON.parse(text) as { lanes: [] }).lanes : []
  }

  #admin(path: string, body?: unknown): void {
    void this.relay.admin(`/portals/${MEMBER_ID}${path}`, 'POST', body).catch(() => undefined)
  }

  #edits(step: Extract<Step, { kind: 'edit' }>): void {
    const ids = [...this.portal.fields.keys()]
    const id = ids[step.field % Math.max(1, ids.length)]
    const known = id === undefined ? undefined : this.portal.fields.get(id)
    if (id === undefined || known === undefined) return
    const change = () => {
      this.portal.fields.set(id, { ...known, ...this.portal.fields.get(id), ...edit(step.value) })
      this.#sends(id, 'updated', { ...step, delayMs: 0 })
    }
    if (step.delayMs === 0) return change()
    this.time.after(step.delayMs, () => {
      if (this.portal.fields.has(id)) change()
    })
  }

  #sends(
    id: number,
    action: FieldAction,
    how: {
      readonly delayMs: number
      readonly isLost: boolean
      readonly isDoubled: boolean
      readonly isRobot: boolean
    },
  ): void {
    if (how.isLost) return
    const by = this.history.connection
    const event = { by, ts: this.#ts(), userId: how.isRobot ? null : 1 }
    this.time.after(how.delayMs, () => void this.portal.sends(id, action, event))
    if (how.isDoubled) {
      this.time.after(how.delayMs + 700, () => void this.portal.sends(id, action, event))
    }
  }

  #ts(): number {
    return Math.floor(this.time.now() / 1000)
  }

  /** Everything works again, and time passes until nothing should be left to do. */
  async #heals(): Promise<void> {
    const { relay, portal, receivers, time } = this
    this.note('everything works again')
    for (const receiver of Object.values(receivers)) receiver.mode = 'works'
    portal.mode = 'works'
    relay.kv.mode = 'works'
    relay.callFaults.length = 0
    relay.alarmDelayMs = 0
    time.skewMs = 0
    this.object.disk.faults.isFull = false
    this.object.disk.faults.endsAtWrite = null
    relay.deploys(this.#vars('base'))
    if (this.history.connection === 'application') await this.during(portal.installs())
    for (const who of RECEIVERS) this.#admin(`/lanes/${who}/resume`)
    for (let hour = 0; hour < 30; hour += 1) {
      void relay.cron(hour % 24 === 3 ? 'daily' : 'drain')
      await time.passes(hour < 2 ? 5 * MINUTE_MS : HOUR_MS)
    }
    for (let count = 0; count < 2; count += 1) {
      await this.during(relay.admin(`/portals/${MEMBER_ID}/reconcile`, 'POST'))
      await time.passes(10 * MINUTE_MS)
    }
  }

  #vars(deployment: Deployment): Vars {
    const destinations = RECEIVERS.map((name) => this.#destination(name))
    const others = destinations.filter(({ name }) => name !== 'erp')
    const [erp] = destinations
    const vars = {
      BITRIX24_CLIENT_ID: 'local.573ad8a0346747.09223434',
      BITRIX24_CLIENT_SECRET: 'canary-client-secret',
      TOKEN_KEYS: JSON.stringify({ k1: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=' }),
      OUTGOING_WEBHOOK_TOKENS: JSON.stringify({
        [WEBHOOK_TOKEN]: { portal: 'acme.bitrix24.com', rest: REST_URL },
      }),
      DESTINATIONS: JSON.stringify(destinations),
    }
    switch (deployment) {
      case 'base':
        return vars
      case 'filtered':
        return {
          ...vars,
          DESTINATIONS: JSON.stringify([{ ...erp, fields: ['UF_CRM_236'] }, ...others]),
        }
      case 'renamed_filter':
        return {
          ...vars,
          DESTINATIONS: JSON.stringify(
            destinations.map((one) => ({ ...one, portals: ['acme.*'] })),
          ),
        }
      case 'without_erp':
        return { ...vars, DESTINATIONS: JSON.stringify(others) }
      case 'broken_erp':
        return { ...vars, DESTINATIONS: JSON.stringify([{ ...erp, url: 'ftp://x' }, ...others]) }
      case 'unreadable':
        return { ...vars, DESTINATIONS: '[{' }
      case 'wrong_token':
        return {
          ...vars,
          OUTGOING_WEBHOOK_TOKENS: JSON.stringify({ nobodysToken000: 'acme.bitrix24.com' }),
        }
      case 'new_key':
        return {
          ...vars,
          TOKEN_KEYS: JSON.stringify({
            k2: 'OTk5MzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
            k1: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
          }),
        }
    }
  }

  #destination(name: ReceiverName): Readonly<Record<string, unknown>> {
    const { type, url } = this.receivers[name]
    return { name, type, url, ...(type === 'webhook' ? { secret: SIGNING_SECRET } : {}) }
  }

  /** A sequence of its own (mulberry32), so that nothing depends on chance. */
  #nextRandom(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Plays a history in virtual time; the clocks of the process belong to it meanwhile. */
export async function play(
  history: History,
): Promise<{ readonly played: Played; readonly breaches: readonly Breach[] }> {
  const played = new Played(history)
  const giveBack = played.time.install()
  try {
    await played.play()
    return { played, breaches: judge(played, await readEvents(played)) }
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { played, breaches: [{ rule: 'the history ends', what }] }
  } finally {
    giveBack()
  }
}

function describe(step: Step): string {
  return JSON.stringify(step)
}

function definition(id: number): FieldAttributes {
  return {
    ID: String(id),
    ENTITY_ID: 'CRM_REQUISITE',
    FIELD_NAME: `UF_CRM_${id}`,
    USER_TYPE_ID: 'string',
    MANDATORY: 'N',
    SORT: '100',
  }
}

function edit(value: number): FieldAttributes {
  return { SORT: String(100 + value), MANDATORY: value % 2 === 0 ? 'N' : 'Y' }
}
