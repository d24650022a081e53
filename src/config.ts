/**
 * The only reader of vars and secrets. Two halves: what receipt needs, and the destinations, each of which
 * fails alone. Every problem names its setting and the wanted form, and never shows a value.
 */
import * as v from 'valibot'
import { checkAddress, type AddressPolicy } from './core/address.ts'
import { canonicalName } from './core/event-names.ts'
import type { OutgoingWebhook } from './core/outgoing-webhook.ts'
import { err, ok, type Result } from './core/result.ts'
import type { ConfiguredDestination } from './destinations/configured.ts'
import { readDestinations } from './destinations/read-destinations.ts'
import { createSealer, parseTokenKeys, type Sealer } from './storage/seal.ts'

/** The Worker's bindings. Secrets that the operator invents are read by name. */
export interface Env {
  readonly INSTALLS: KVNamespace
  readonly PORTALS: DurableObjectNamespace
  readonly DIRECTORY: DurableObjectNamespace
  readonly UNTRUSTED_LIMIT?: RateLimit
  readonly ADMIN_LIMIT?: RateLimit
  readonly VERSION?: WorkerVersionMetadata
  readonly [setting: string]: unknown
}

/** What is wrong with one setting. */
export interface Problem {
  /** For example `TOKEN_KEYS` or `DESTINATIONS.erp.url`. */
  readonly setting: string
  /** A sentence that says what is wanted. */
  readonly problem: string
}

/** The configuration of one deployment. */
export interface Config {
  /** Client id → client secret. */
  readonly applications: ReadonlyMap<string, string>
  readonly oauthUrls: readonly string[]
  readonly webhooks: readonly OutgoingWebhook[]
  readonly sealer: Sealer
  readonly canSeal: boolean
  readonly policy: AddressPolicy
  /** Null when DESTINATIONS cannot be read at all: lanes stand still, events wait. */
  readonly destinations: readonly ConfiguredDestination[] | null
  readonly adminToken: string | null
  readonly publicUrl: string | null
  readonly retentionDays: number
  /** The configured names of the events to bind; null for the default. */
  readonly subscribedEvents: readonly string[] | null
  readonly version: string
  readonly problems: readonly Problem[]
  readonly warnings: readonly string[]
}

/** The OAuth servers of Bitrix24 (facts: bitrix24.md section 5). */
export const DEFAULT_OAUTH_URLS = [
  'https://oauth.bitrix.info',
  'https://oauth.bitrix24.tech',
] as const

const DEFAULT_RETENTION_DAYS = 30
const GOOD_ADMIN_TOKEN_LENGTH = 16

const LOCAL_WARNING = 'UNSAFE_ALLOW_LOCAL_ADDRESSES is on: http and local addresses are let through'

const cache = new WeakMap<Env, Config>()

/** Reads the environment, once per isolate. Never throws: problems are part of the answer. */
export function loadConfig(env: Env): Config {
  const known = cache.get(env)
  if (known !== undefined) return known
  const config = readConfig(env)
  cache.set(env, config)
  return config
}

function readConfig(env: Env): Config {
  const reader = new Reader(env)
  const policy = { allowLocal: reader.text('UNSAFE_ALLOW_LOCAL_ADDRESSES') === 'true' }
  if (policy.allowLocal) reader.warnings.push(LOCAL_WARNING)
  const keys = readKeys(reader)
  return {
    policy,
    applications: readApplications(reader),
    oauthUrls: readOAuthUrls(reader, policy),
    webhooks: readWebhooks(reader, policy),
    sealer: createSealer(keys),
    canSeal: keys.length > 0,
    destinations: readDestinationList(reader, policy),
    adminToken: readAdminToken(reader),
    publicUrl: readPublicUrl(reader, policy),
    retentionDays: readRetentionDays(reader),
    subscribedEvents: readSubscribedEvents(reader),
    version: env.VERSION?.id ?? 'unversioned',
    problems: reader.problems,
    warnings: reader.warnings,
  }
}

/** One setting after another; a setting may be a TOML value or JSON text. */
class Reader {
  readonly problems: Problem[] = []
  readonly warnings: string[] = []
  readonly #env: Env

  constructor(env: Env) {
    this.#env = env
  }

  text(setting: string): string | undefined {
    const value = this.#env[setting]
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
  }

  /** A structured setting; undefined when absent or empty. */
  structured(setting: string): unknown {
    const value = this.#env[setting]
    if (typeof value !== 'string') return value
    if (value.trim() === '') return undefined
    try {
      return JSON.parse(value) as unknown
    } catch {
      // The parser's message quotes the input, which may be a secret.
      this.report(setting, 'Must be JSON')
      return undefined
    }
  }

  parse<S extends v.GenericSchema>(setting: string, schema: S): v.InferOutput<S> | undefined {
    const value = this.structured(setting)
    if (value === undefined) return undefined
    const result = v.safeParse(schema, value)
    if (result.success) return result.output
    this.report(setting, result.issues[0].message)
    return undefined
  }

  report(setting: string, problem: string): void {
    this.problems.push({ setting, problem })
  }
}

function readKeys(reader: Reader): Parameters<typeof createSealer>[0] {
  const value = reader.text('TOKEN_KEYS') ?? reader.structured('TOKEN_KEYS')
  if (value === undefined) {
    reader.report('TOKEN_KEYS', 'Must be set to seal tokens: make one with npm run keys')
    return []
  }
  const isKeys = typeof value === 'string' || (typeof value === 'object' && value !== null)
  // Sound: an object from TOML has string keys; its values are checked by the parser.
  const keys = isKeys
    ? parseTokenKeys(value as string | Record<string, unknown>)
    : err('Must be JSON')
  if (keys.ok) return keys.value
  reader.report('TOKEN_KEYS', keys.error)
  return []
}

const ApplicationsSchema = v.record(
  v.pipe(v.string(), v.minLength(1)),
  v.pipe(v.string(), v.minLength(1)),
  'Must be a JSON object of client id to client secret',
)

function readApplications(reader: Reader): ReadonlyMap<string, string> {
  const several = reader.parse('BITRIX24_APPLICATIONS', ApplicationsSchema)
  const applications = new Map(Object.entries(several ?? {}))
  const clientId = reader.text('BITRIX24_CLIENT_ID')
  const clientSecret = reader.text('BITRIX24_CLIENT_SECRET')
  if (clientId !== undefined && clientSecret !== undefined) applications.set(clientId, clientSecret)
  else if (clientId !== undefined) {
    reader.report('BITRIX24_CLIENT_SECRET', 'Must be set, as BITRIX24_CLIENT_ID is')
  } else if (clientSecret !== undefined) {
    reader.report('BITRIX24_CLIENT_ID', 'Must be set, as BITRIX24_CLIENT_SECRET is')
  }
  return applications
}

function readOAuthUrls(reader: Reader, policy: AddressPolicy): readonly string[] {
  const schema = v.pipe(v.array(v.string()), v.minLength(1, 'Must name at least one server'))
  const urls = reader.parse('BITRIX24_OAUTH_URLS', schema) ?? DEFAULT_OAUTH_URLS
  return urls.flatMap((url) => {
    const checked = checkAddress(url, policy)
    if (checked.ok) return [checked.value.origin]
    reader.report('BITRIX24_OAUTH_URLS', `Must hold https URLs of public hosts (${checked.error})`)
    return []
  })
}

const WebhookSchema = v.record(
  v.string(),
  v.union([v.string(), v.strictObject({ portal: v.string(), rest: v.optional(v.string()) })]),
  'Must be a JSON object of application token to portal',
)

function readWebhooks(reader: Reader, policy: AddressPolicy): readonly OutgoingWebhook[] {
  const entries = Object.entries(reader.parse('OUTGOING_WEBHOOK_TOKENS', WebhookSchema) ?? {})
  return entries.flatMap(([token, value], index) => {
    const portal = (typeof value === 'string' ? value : value.portal).trim().toLowerCase()
    const named = readPortalName(portal, policy)
    if (named.ok) return [{ token, portal: named.value }]
    reader.report('OUTGOING_WEBHOOK_TOKENS', `Entry ${index + 1} ${named.error}`)
    return []
  })
}

function readPortalName(portal: string, policy: AddressPolicy): Result<string, string> {
  if (portal === '*') {
    return policy.allowLocal
      ? ok(portal)
      : err('must not be "*", except with UNSAFE_ALLOW_LOCAL_ADDRESSES')
  }
  const isMemberId = /^[0-9a-f]{32}$/u.test(portal)
  const isDomain = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?$/u.test(portal)
  return isMemberId || isDomain ? ok(portal) : err('must name a domain or a member_id')
}

function readDestinationList(
  reader: Reader,
  policy: AddressPolicy,
): readonly ConfiguredDestination[] | null {
  const before = reader.problems.length
  const raw = reader.structured('DESTINATIONS')
  if (reader.problems.length > before) return null
  const list = readDestinations(raw ?? [], (name) => reader.text(name), policy)
  if (!list.ok) {
    reader.report('DESTINATIONS', list.error)
    return null
  }
  for (const destination of list.value) {
    for (const { setting, problem } of destination.problems) {
      reader.report(`DESTINATIONS.${destination.name}.${setting}`, problem)
    }
  }
  return list.value
}

function readAdminToken(reader: Reader): string | null {
  const token = reader.text('ADMIN_TOKEN') ?? null
  if (token !== null && token.length < GOOD_ADMIN_TOKEN_LENGTH) {
    reader.warnings.push(`ADMIN_TOKEN has fewer than ${GOOD_ADMIN_TOKEN_LENGTH} characters`)
  }
  return token
}

function readPublicUrl(reader: Reader, policy: AddressPolicy): string | null {
  const url = reader.text('PUBLIC_URL')
  if (url === undefined) return null
  const checked = checkAddress(url, policy)
  if (checked.ok) return checked.value.origin
  reader.report('PUBLIC_URL', `Must be the https origin of this Worker (${checked.error})`)
  return null
}

function readRetentionDays(reader: Reader): number {
  const schema = v.pipe(
    v.number('Must be a number of days'),
    v.minValue(1, 'Must be at least 1'),
    v.maxValue(3650, 'Must be at most 3650'),
  )
  return reader.parse('RETENTION_DAYS', schema) ?? DEFAULT_RETENTION_DAYS
}

function readSubscribedEvents(reader: Reader): readonly string[] | null {
  const schema = v.array(
    v.pipe(
      v.string(),
      v.check(isEventName, 'Must be a list of event names such as onCrmDealUpdate'),
    ),
    'Must be a list of event names',
  )
  return reader.parse('SUBSCRIBED_EVENTS', schema) ?? null
}

function isEventName(name: string): boolean {
  return canonicalName(name) !== null
}
