/** The intake with its dependencies given by hand: real KV and real objects unless a test says otherwise. */
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { decodeRequest } from '../../src/bitrix24/wire/decode-request.ts'
import { parseForm } from '../../src/bitrix24/wire/form.ts'
import type { IncomingRequest } from '../../src/bitrix24/wire/request.ts'
import { CallerMemory } from '../../src/edge/callers.ts'
import type { IntakeDeps } from '../../src/edge/intake.ts'
import type { LogFields } from '../../src/log.ts'
import type { PortalClient, PortalLookup } from '../../src/edge/portal-client.ts'
import { InstallStore } from '../../src/storage/install-store.ts'
import { createSealer } from '../../src/storage/seal.ts'
import { parseTokenKeys } from '../../src/storage/token-keys.ts'
import { SpillStore } from '../../src/storage/spill-store.ts'
import type { PortalLab } from './portal-lab.ts'
import { RUNTIME_BINDINGS } from './runtime-bindings.ts'

/** Where the calls come from. */
export const SOURCE = { address: '198.51.100.7', calledUrl: 'https://relay.example.com' }

/** An intake and what became visible of its work. */
export interface IntakeProbe {
  readonly deps: IntakeDeps
  /** Every stub that was asked for, in order. */
  readonly lookups: string[]
  /** Keys that were counted by the rate limit. */
  readonly counted: string[]
  readonly lines: { level: string; event: string; fields: LogFields }[]
}

/** The object of a portal, over RPC. */
export function realPortals(memberId: string): PortalClient {
  const { PORTALS }: { readonly PORTALS: DurableObjectNamespace } = env
  // Sound: as in the composition root.
  return PORTALS.getByName(memberId) as unknown as PortalClient
}

/** Waits until KV holds what the object knows of its install: it may follow in the background. */
export async function kvFollowed(lab: PortalLab): Promise<void> {
  await vi.waitFor(
    async () => {
      if ((await lab.stored()).kvDirty) throw new Error('KV is behind the object')
    },
    { interval: 5 },
  )
}

/** A sealer under the key of the test configuration. */
export function aSealer() {
  const keys = parseTokenKeys(RUNTIME_BINDINGS.TOKEN_KEYS)
  return createSealer(keys.ok ? keys.value : [])
}

/** Makes an intake; lookups, counted keys and log lines are noted whatever a test replaces. */
export function anIntake(changes: Partial<IntakeDeps> = {}): IntakeProbe {
  const lookups: string[] = []
  const counted: string[] = []
  const lines: IntakeProbe['lines'] = []
  const {
    portals = realPortals,
    isUntrustedWithinLimit = () => Promise.resolve(true),
    ...rest
  } = changes
  const deps: IntakeDeps = {
    memory: new CallerMemory(),
    installs: new InstallStore(env.INSTALLS),
    spills: new SpillStore(env.INSTALLS),
    webhooks: [],
    sealer: aSealer(),
    canVerify: true,
    publicUrl: null,
    allowHttp: false,
    isAddressWithinLimit: () => Promise.resolve(true),
    now: () => Date.now(),
    newReceipt: () => crypto.randomUUID(),
    log: (level, event, fields = {}) => lines.push({ level, event, fields }),
    ...rest,
    portals: (memberId) => {
      lookups.push(memberId)
      return portals(memberId)
    },
    isUntrustedWithinLimit: (key) => {
      counted.push(key)
      return isUntrustedWithinLimit(key)
    },
  }
  return { deps, lookups, counted, lines }
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('Network connection lost.'))
}

/** A portal whose object answers as given, and fails in everything else. */
export function portalsWith(methods: Partial<PortalClient>): PortalLookup {
  const unreachable: PortalClient = {
    append: refuse,
    recognises: refuse,
    install: refuse,
    uninstall: refuse,
    touch: refuse,
    view: refuse,
    events: refuse,
    event: refuse,
    parked: refuse,
    controlLane: refuse,
    replay: refuse,
    reconcile: () => Promise.reject(new Error('unused')),
    setValue: refuse,
  }
  return () => ({ ...unreachable, ...methods })
}

/** Nobody can be reached. */
export const UNREACHABLE: PortalLookup = portalsWith({})

/** Looks up one after another of the given portals, the last one for ever. */
export function inTurn(...lookups: readonly PortalLookup[]): PortalLookup {
  let calls = 0
  return (memberId) => {
    const lookup = lookups[Math.min(calls, lookups.length - 1)] ?? UNREACHABLE
    calls += 1
    return lookup(memberId)
  }
}

/** What the decoder makes of a form body. */
export function decoded(body: string): IncomingRequest {
  const parsed = parseForm(body)
  const request = parsed.ok ? decodeRequest(parsed.value) : parsed
  if (!request.ok) throw new Error(`Cannot decode the body: ${request.error}`)
  return request.value
}

/** What was done with a namespace: `get install:…`, `put spill:…`. */
export interface WatchedKv {
  readonly kv: KVNamespace
  readonly operations: string[]
}

/** The real namespace with a record of what is done with it; `failing` operations reject. */
export function watchKv(failing: readonly string[] = []): WatchedKv {
  const operations: string[] = []
  const kv = new Proxy(env.INSTALLS, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property)
      if (typeof method !== 'function') return method
      return (...parameters: unknown[]) => {
        const first = parameters[0]
        operations.push(`${String(property)} ${typeof first === 'string' ? first : ''}`.trim())
        if (failing.includes(String(property))) return Promise.reject(new Error('KV is down'))
        const answer: unknown = Reflect.apply(method, target, parameters)
        return answer
      }
    },
  })
  return { kv, operations }
}
