/**
 * The command line against a whole relay in virtual time: its routes, its objects, a portal in Bitrix24 and two receivers.
 * The clocks of the process belong to it only while it plays.
 */
import { runRelay } from '../../../cli/run-relay.ts'
import type { ExitCode } from '../../../cli/exit-codes.ts'
import type { World } from '../../../cli/world.ts'
import { VirtualNetwork } from '../../simulation/cast/network.ts'
import { VirtualPortal } from '../../simulation/cast/portal.ts'
import { VirtualReceiver } from '../../simulation/cast/receiver.ts'
import { ADMIN_TOKEN, ORIGIN, VirtualRelay, type Vars } from '../../simulation/cast/relay.ts'
import { seededRandom } from '../../simulation/machine/virtual-crypto.ts'
import { VirtualTime } from '../../simulation/machine/virtual-time.ts'
import { NOW } from '../time.ts'
import { SIGNING_SECRET } from '../worker/runtime-bindings.ts'
import { CLIENT_ID, DOMAIN, MEMBER_ID } from '../identity.ts'
import { definitionOf } from '../../simulation/field.ts'

/** The result of a command line. */
export interface Ran {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

/** What a command line meets beside the relay. */
export interface Surroundings {
  /** Variables beside RELAY_URL and ADMIN_TOKEN; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
  readonly files?: Readonly<Record<string, string>>
  readonly isInteractive?: boolean
  readonly hasColours?: boolean
  /** What happens while the command goes on; afterwards the operator interrupts it. */
  readonly meanwhile?: (scenario: CliScenario) => Promise<void>
  /** The network in the place of the relay. */
  readonly fetch?: World['fetch']
}

const LONGEST_MS = 10 * 60_000

const KEY = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='

/** A world around the command line that only knows what it is given: no relay, no clock that goes. */
export function aWorld(
  {
    env = {},
    input = '',
    files = {},
    isInteractive = false,
    hasColours = false,
    fetch,
  }: Surroundings,
  written: { out: string; err: string },
): World {
  return {
    env,
    fetch: fetch ?? (() => Promise.reject(new Error('Nobody answers'))),
    now: () => NOW,
    sleep: async () => 'over',
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    readInput: () => input,
    readFile: (path) => files[path] ?? null,
    terminal: { hasColours, isInteractive },
    nodeVersion: '24.21.0',
  }
}

/** Runs a command line without a relay. */
export async function runAlone(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Ran> {
  const written = { out: '', err: '' }
  const code = await runRelay(args, aWorld(surroundings, written))
  return { code, ...written }
}

/** A relay with the portal acme.bitrix24.com, a webhook `erp` and a Slack channel `crm`. */
export class CliScenario {
  readonly time = new VirtualTime(NOW)
  readonly random = seededRandom(1)
  readonly network = new VirtualNetwork(this.time)
  readonly relay: VirtualRelay
  readonly portal: VirtualPortal
  readonly erp = new VirtualReceiver(this.time, 'erp', 'webhook')
  readonly crm = new VirtualReceiver(this.time, 'crm', 'slack')

  constructor() {
    const { time, network, random } = this
    this.relay = new VirtualRelay({ time, network, random, note: () => {} })
    const identity = { number: 0, memberId: MEMBER_ID, domain: DOMAIN } as const
    this.portal = new VirtualPortal(time, this.relay, { ...identity, connection: 'application' })
    for (const { answer } of [this.portal, this.erp, this.crm]) network.handle(answer)
  }

  /** Deploys the relay with further settings, or others in the place of the usual ones. */
  deploys(changes: Vars = {}): void {
    const { erp, crm } = this
    this.relay.deploys({
      BITRIX24_CLIENT_ID: CLIENT_ID,
      BITRIX24_CLIENT_SECRET: 'canary-client-secret',
      TOKEN_KEYS: { k1: KEY },
      DESTINATIONS: [
        { name: 'erp', type: 'webhook', url: erp.url, secret: SIGNING_SECRET },
        { name: 'crm', type: 'slack', url: crm.url },
      ],
      ...changes,
    })
  }

  /** Deploys the relay, and installs the application. */
  async begins(changes: Vars = {}): Promise<void> {
    this.deploys(changes)
    for (const id of [235, 236]) this.portal.fields.set(id, definitionOf(id))
    await this.plays(() => this.portal.installs())
    await this.passes(60_000)
  }

  /** The portal sends the events of changes, one after another. */
  async sends(count = 1): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      const ts = this.portal.nextTs()
      this.portal.fields.set(235, { ...definitionOf(235), SORT: String(ts) })
      await this.plays(() => this.portal.sends(235, 'updated', { ts, userId: 1 }))
      await this.passes(5000)
    }
  }

  /** Lets time pass. */
  async passes(ms: number): Promise<void> {
    await this.#installed(() => this.time.passes(ms))
  }

  /** Does some work of the relay's world, and lets time pass until it is over. */
  plays<T>(work: () => Promise<T>): Promise<T> {
    return this.#installed(() => this.#during(work()))
  }

  /** Runs a command line against the relay. */
  run(args: readonly string[], surroundings: Surroundings = {}): Promise<Ran> {
    const written = { out: '', err: '' }
    const interrupt = new AbortController()
    const { env, meanwhile } = surroundings
    const fetch: World['fetch'] = (url, init) => this.relay.fetch(url, init)
    const given = { fetch, ...surroundings, env: { RELAY_URL: ORIGIN, ADMIN_TOKEN, ...env } }
    const world: World = {
      ...aWorld(given, written),
      now: this.time.now,
      sleep: async (ms) => {
        await this.time.sleep(ms, interrupt.signal)
        return interrupt.signal.aborted ? 'interrupted' : 'over'
      },
    }
    return this.#installed(async () => {
      const running = runRelay(args, world)
      if (meanwhile !== undefined) {
        running.catch(() => undefined)
        await meanwhile(this)
        interrupt.abort()
      }
      const code = await this.#during(running)
      return { code, ...written }
    })
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    let isOver = false
    const ended = work.finally(() => {
      isOver = true
    })
    ended.catch(() => undefined)
    if (await this.time.passesUntil(() => isOver, LONGEST_MS)) return ended
    throw new Error('The work has no end')
  }

  #depth = 0

  async #installed<T>(work: () => Promise<T>): Promise<T> {
    this.#depth += 1
    const { time, random, relay, network } = this
    const giveBack =
      this.#depth > 1
        ? []
        : [
            network.install(),
            time.install({ random, write: (line) => void relay.lines.push(line) }),
          ]
    try {
      return await work()
    } finally {
      this.#depth -= 1
      for (const give of giveBack.toReversed()) give()
    }
  }
}
