/** The intake with its dependencies given by hand: real KV and real objects unless a test says otherwise. */
import { env } from 'cloudflare:workers'
import { decodeBody } from '../../../src/bitrix24/wire/decode-body.ts'
import type { IncomingRequest, InstallRequest } from '../../../src/bitrix24/wire/request.ts'
import { CallerMemory } from '../../../src/edge/callers/caller-memory.ts'
import type { CallSource } from '../../../src/edge/callers/callers.ts'
import type { CronDeps } from '../../../src/edge/cron.ts'
import { takeRequest } from '../../../src/edge/intake.ts'
import type { IntakeAnswer } from '../../../src/edge/intake-answer.ts'
import type {
  CallerLimits,
  CallerSources,
  IntakeConfig,
  IntakeDeps,
  IntakeSpill,
} from '../../../src/edge/intake-deps.ts'
import { InstallBudget } from '../../../src/edge/installs/install-budget.ts'
import { ListingMemory, PENDING_TIMES } from '../../../src/edge/listing-memory.ts'
import type { DirectoryRemote } from '../../../src/objects/directory.ts'
import type { PendingListing } from '../../../src/objects/directory-store.ts'
import type { LogFields, LineWriter } from '../../../src/log.ts'
import type { PortalClient, PortalLookup } from '../../../src/edge/portal-client.ts'
import { SharedAppends } from '../../../src/edge/shared-appends.ts'
import type { SpilledRequest } from '../../../src/edge/spill/spilled-request.ts'
import { sleep } from '../../../src/sleep.ts'
import { InstallStore } from '../../../src/storage/install-store.ts'
import { createSealer, type Sealer } from '../../../src/storage/seal.ts'
import { parseTokenKeys } from '../../../src/storage/token-keys.ts'
import { SpillStore } from '../../../src/storage/spill-store.ts'
import { dumpKv } from '../worker/traces.ts'
import { type Changes } from '../scenarios/relay-portal.ts'
import { type RelayScenario } from '../scenarios/relay-scenario.ts'
import { RUNTIME_BINDINGS } from '../worker/runtime-bindings.ts'
import { NOW } from '../time.ts'
import { gate } from '../until.ts'

/** Where the calls come from. */
export const SOURCE = { address: '198.51.100.7', calledUrl: 'https://relay.example.com' }

/** An append as it waits in the spill. */
export const SPILLED_APPEND = {
  kind: 'append',
  request: {
    receivedAt: NOW,
    receipt: 'receipt-1',
    digest: 'd'.repeat(64),
    tokenHash: 'e'.repeat(64),
    event: '{"name":"ONCRMDEALUPDATE"}',
    quarantined: false,
    drained: false,
  },
} as const satisfies SpilledRequest

/** Everything that a test may replace, in one flat list. */
export type IntakeChanges = Partial<
  CallerSources & CallerLimits & IntakeSpill & IntakeConfig & IntakeDeps['world']
> & {
  readonly clientOf?: PortalLookup
  readonly spills?: SpillStore
  readonly sealer?: Sealer
}

/** An intake and what became visible of its work. */
export interface WatchedIntake {
  readonly deps: IntakeDeps
  /** Takes a request as the route does, from the one source unless a test names another. */
  readonly take: (request: IncomingRequest, source?: CallSource) => Promise<IntakeAnswer>
  /** The same parts, as scheduled work needs them. */
  readonly cron: CronDeps
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

/** The directory's list of portals, over RPC. */
export function realPortalList(): DirectoryRemote {
  const { DIRECTORY }: { readonly DIRECTORY: DurableObjectNamespace } = env
  // Sound: as in the composition root.
  return DIRECTORY.getByName('portals') as unknown as DirectoryRemote
}

/** A sealer under the key of the test configuration. */
export function aSealer() {
  const keys = parseTokenKeys(RUNTIME_BINDINGS.TOKEN_KEYS)
  return createSealer(keys.ok ? keys.value : [])
}

/** Makes an intake; lookups, counted keys and log lines are noted whatever a test replaces. */
export function anIntake(changes: IntakeChanges = {}): WatchedIntake {
  const lookups: string[] = []
  const counted: string[] = []
  const lines: WatchedIntake['lines'] = []
  const isAlwaysWithin = () => Promise.resolve(true)
  const { isUntrustedWithinLimit = isAlwaysWithin, isAddressWithinLimit = isAlwaysWithin } = changes
  const clientOf: PortalLookup = (memberId) => {
    lookups.push(memberId)
    return (changes.clientOf ?? realPortals)(memberId)
  }
  const installStore = changes.installStore ?? new InstallStore(env.INSTALLS)
  const spill = {
    store: changes.spills ?? new SpillStore(env.INSTALLS),
    sealer: changes.sealer ?? aSealer(),
  }
  const logLine: LineWriter = (level, event, fields = {}) => lines.push({ level, event, fields })
  const deps: IntakeDeps = {
    clientOf,
    appends: new SharedAppends(),
    callers: {
      memory: changes.memory ?? new CallerMemory(),
      installStore,
      webhooks: changes.webhooks ?? [],
      limits: {
        isUntrustedWithinLimit: (key) => {
          counted.push(key)
          return isUntrustedWithinLimit(key)
        },
        isAddressWithinLimit,
      },
      noteRefusedCaller: changes.noteRefusedCaller ?? (async () => {}),
    },
    installMemory: {
      budget: new InstallBudget(),
      pending: new ListingMemory<PendingListing>(PENDING_TIMES),
    },
    spill: { ...spill, isHintWithinLimit: changes.isHintWithinLimit ?? (() => true) },
    config: {
      canVerify: changes.canVerify ?? true,
      publicUrl: changes.publicUrl ?? null,
      allowHttp: changes.allowHttp ?? false,
      policy: changes.policy ?? { allowLocal: false },
      oauthUrls: changes.oauthUrls ?? ['https://oauth.bitrix.info', 'https://oauth.bitrix24.tech'],
    },
    world: {
      fetch: changes.fetch ?? ((...request) => fetch(...request)),
      now: changes.now ?? (() => Date.now()),
      newReceipt: changes.newReceipt ?? (() => crypto.randomUUID()),
      sleep: changes.sleep ?? sleep,
      logLine: changes.logLine ?? logLine,
    },
  }
  return {
    deps,
    take: (request, source = SOURCE) => takeRequest(deps, request, source),
    cron: {
      clientOf,
      installStore,
      directory: realPortalList(),
      spill,
      logLine: deps.world.logLine,
      now: deps.world.now,
    },
    lookups,
    counted,
    lines,
  }
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('Network connection lost.'))
}

/** A portal whose object answers as given, and fails in everything else. */
export function portalsWith(methods: Partial<PortalClient>): PortalLookup {
  const unreachable: PortalClient = {
    append: refuse,
    appendAll: refuse,
    recognises: refuse,
    install: refuse,
    uninstall: refuse,
    removePin: refuse,
    renewRobotAddress: refuse,
    removeRobotAddress: refuse,
    touch: refuse,
    history: refuse,
    goOn: refuse,
    view: refuse,
    events: refuse,
    event: refuse,
    parked: refuse,
    stamp: refuse,
    why: refuse,
    seals: refuse,
    controlLane: refuse,
    replay: refuse,
    replayList: refuse,
    reconcile: () => Promise.reject(new Error('unused')),
    setValue: refuse,
    preview: refuse,
    exportPage: refuse,
    eraseEvent: refuse,
    erase: refuse,
    sendTestMessage: refuse,
  }
  return () => ({ ...unreachable, ...methods })
}

/** A portal whose append is the given function. */
export function appending(append: PortalClient['append']): PortalLookup {
  return portalsWith({ append })
}

/** An answer that never comes. */
export function never(): Promise<never> {
  return new Promise(() => undefined)
}

/** A portal that never answers, and the moment at which it is asked. */
export function aHangingPortal(): { readonly lookup: PortalLookup; readonly asked: Promise<void> } {
  const asked = gate()
  const hangs = (): Promise<never> => {
    asked.open()
    return never()
  }
  return { lookup: portalsWith({ append: hangs, install: hangs }), asked: asked.opened }
}

/** Receipts that a reader can tell apart: receipt-1, receipt-2 and so on. */
export function countedReceipts(): () => string {
  let receipts = 0
  return () => `receipt-${(receipts += 1)}`
}

/** Nobody can be reached. */
export const UNREACHABLE: PortalLookup = portalsWith({})

/** Objects that trust the token of no event. */
export const DISTRUSTING: PortalLookup = appending(() => Promise.resolve({ kind: 'untrusted' }))

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
  const request = decodeBody(body, { isForm: true, query: {} })
  if (!request.ok) throw new Error(`Cannot decode the body: ${request.error}`)
  return request.value
}

/** The same of an installation. */
export function decodedInstall(body: string): InstallRequest {
  const request = decoded(body)
  if (request.kind !== 'install') throw new Error(`Cannot install by a body of ${request.kind}`)
  return request
}

/** The body of an event of the portal; `id` keeps it from being a duplicate. */
export function eventBody(scenario: RelayScenario, id: number, changes: Changes = {}): string {
  const own = { 'data[FIELDS][ID]': id, ts: scenario.portal.ts(), ...changes }
  return scenario.portal.body('app-ONCRMREQUISITEUSERFIELDUPDATE', own)
}

/** The same event, decoded. */
export function anEventOf(
  scenario: RelayScenario,
  id: number,
  changes: Changes = {},
): IncomingRequest {
  return decoded(eventBody(scenario, id, changes))
}

/** The keys of everything that is spilled. */
export async function spilledKeys(): Promise<string[]> {
  const keys = Object.keys(await dumpKv())
  return keys.filter((key) => key.startsWith('spill:'))
}
