/**
 * The configuration, read once from vars and secrets; no other folder reads them. A wrong destination stops
 * itself alone, so the receipt of events goes on. A problem names its setting and the wanted form, and never
 * shows a value.
 */
import * as v from 'valibot'
import { checkAddress, type AddressPolicy } from '../core/safety/address.ts'
import { canonicalName, FIELD_FAMILY_NAMES } from '../core/events/event-names.ts'
import type { FieldFamily } from '../core/log/event.ts'
import type { OutgoingWebhook } from '../core/access/outgoing-webhook.ts'
import type { Destination } from '../destinations/settings/destination.ts'
import { readDestinations } from '../destinations/settings/read-destinations.ts'
import type { SettingProblem } from '../destinations/settings/setting-problem.ts'
import type { AdminAccess } from '../http/admin/admission/access-token.ts'
import { readAdminAccess } from './admin-access.ts'
import { listDoubts } from './doubts.ts'
import { readApplications, readOAuthUrls } from './applications.ts'
import { readWebhooks } from './outgoing-webhooks.ts'
import { noList, SettingsReader } from './settings-reader.ts'
import { createSealer, type Sealer } from '../storage/seal.ts'
import { parseTokenKeys, type TokenKeys } from '../storage/token-keys.ts'

/**
 * The Worker's bindings and settings. The operator names some secrets freely; a destination refers to them.
 */
export interface Env {
  readonly INSTALLS: KVNamespace
  readonly PORTALS: DurableObjectNamespace
  readonly DIRECTORY: DurableObjectNamespace
  readonly PACERS: DurableObjectNamespace
  readonly UNTRUSTED_LIMIT?: RateLimit
  readonly ADDRESS_LIMIT?: RateLimit
  readonly ADMIN_LIMIT?: RateLimit
  readonly VERSION?: WorkerVersionMetadata
  readonly [setting: string]: unknown
}

/** The configuration of one deployment. */
export interface Config {
  /** Client id to client secret. */
  readonly applications: ReadonlyMap<string, string>
  readonly oauthUrls: readonly string[]
  readonly webhooks: readonly OutgoingWebhook[]
  readonly sealer: Sealer
  /** Whether there is a key to seal with. */
  readonly canSeal: boolean
  readonly policy: AddressPolicy
  /** Null when DESTINATIONS cannot be read at all: lanes stand still, and events wait. */
  readonly destinations: readonly Destination[] | null
  readonly adminToken: string | null
  /** Null when Cloudflare Access is not used. */
  readonly adminAccess: AdminAccess | null
  readonly publicUrl: string | null
  readonly retentionDays: number
  /** The most bytes of one portal's log; 0 stands for none. */
  readonly maxLogBytes: number
  /** Minutes between two scheduled comparisons; 0 turns them off. */
  readonly reconcileMinutes: number
  /** The address of the settings page of each family. */
  readonly fieldLinks: ReadonlyMap<FieldFamily, string>
  /** The names of the events to bind, as configured; null: the default. */
  readonly subscribedEvents: readonly string[] | null
  readonly version: string
  readonly problems: readonly SettingProblem[]
  readonly warnings: readonly string[]
  /** Warnings about settings that are probably not meant so. */
  readonly doubts: readonly string[]
}

const DEFAULT_RETENTION_DAYS = 30
const DEFAULT_MAX_LOG_BYTES = 1024 ** 3
/** Below it the tables of a portal without events would be too large already. */
const LEAST_MAX_LOG_BYTES = 1_000_000
const DEFAULT_RECONCILE_MINUTES = 1440
const GOOD_ADMIN_TOKEN_LENGTH = 16

const LOCAL_WARNING = 'UNSAFE_ALLOW_LOCAL_ADDRESSES is on: http and local addresses are let through'

const cache = new WeakMap<Env, Config>()

/** Loads the configuration, once for each environment. It never throws: problems are part of the answer. */
export function loadConfig(env: Env): Config {
  const known = cache.get(env)
  if (known !== undefined) return known
  const config = readConfig(env)
  cache.set(env, config)
  return config
}

function readConfig(env: Env): Config {
  const reader = new SettingsReader(env)
  const policy = { allowLocal: reader.flag('UNSAFE_ALLOW_LOCAL_ADDRESSES') }
  if (policy.allowLocal) reader.warnings.push(LOCAL_WARNING)
  const keys = readKeys(reader)
  const config = {
    policy,
    applications: readApplications(reader),
    oauthUrls: readOAuthUrls(reader, policy),
    webhooks: readWebhooks(reader, policy),
    sealer: createSealer(keys),
    canSeal: keys.length > 0,
    destinations: readDestinationList(reader, policy),
    adminToken: readAdminToken(reader),
    adminAccess: readAdminAccess(reader),
    publicUrl: readPublicUrl(reader, policy),
    retentionDays: readRetentionDays(reader),
    maxLogBytes: readMaxLogBytes(reader),
    reconcileMinutes: readReconcileMinutes(reader),
    fieldLinks: readFieldLinks(reader),
    subscribedEvents: readSubscribedEvents(reader),
    version: env.VERSION?.id ?? 'unversioned',
    problems: reader.problems,
    warnings: reader.warnings,
  }
  const { adminToken, adminAccess } = config
  const hasAdmin = adminToken !== null || adminAccess !== null
  const doubts = listDoubts({ ...config, env, known: reader.read, hasAdmin })
  return { ...config, doubts }
}

const TableSchema = v.record(v.string(), v.unknown())

function readKeys(reader: SettingsReader): TokenKeys {
  const value = reader.raw('TOKEN_KEYS')
  if (value === undefined) {
    reader.report('TOKEN_KEYS', 'Must be set to seal tokens: make one with npm run keys')
    return []
  }
  const isReadable =
    typeof value === 'string' || (!Array.isArray(value) && v.is(TableSchema, value))
  const keys = parseTokenKeys(isReadable ? value : '')
  if (keys.ok) return keys.value
  reader.report('TOKEN_KEYS', keys.error)
  return []
}

/** Reports each wrong setting under its destination's name; null when there is no list to read. */
function readDestinationList(
  reader: SettingsReader,
  policy: AddressPolicy,
): readonly Destination[] | null {
  const raw = reader.structured('DESTINATIONS')
  const list = readDestinations(raw ?? [], (name) => reader.secret(name), policy)
  if (!list.ok) {
    reader.refuse('DESTINATIONS', raw, list.error)
    return null
  }
  for (const destination of list.value) {
    const { name, allowPorts = [] } = destination
    if (allowPorts.length > 0) {
      const ports = allowPorts.join(', ')
      reader.warnings.push(
        `DESTINATIONS.${name}.allowPorts lets this destination use port ${ports}`,
      )
    }
    for (const { setting, problem } of destination.problems) {
      reader.report(`DESTINATIONS.${destination.name}.${setting}`, problem)
    }
  }
  return list.value
}

function readAdminToken(reader: SettingsReader): string | null {
  const token = reader.text('ADMIN_TOKEN') ?? null
  if (token !== null && token.length < GOOD_ADMIN_TOKEN_LENGTH) {
    reader.warnings.push(`ADMIN_TOKEN has fewer than ${GOOD_ADMIN_TOKEN_LENGTH} characters`)
  }
  return token
}

function readPublicUrl(reader: SettingsReader, policy: AddressPolicy): string | null {
  const url = reader.text('PUBLIC_URL')
  if (url === undefined) return null
  const checked = checkAddress(url, policy)
  if (checked.ok) return checked.value.origin
  reader.report('PUBLIC_URL', `Must be the https origin of this Worker (${checked.error})`)
  return null
}

function readRetentionDays(reader: SettingsReader): number {
  const schema = v.pipe(
    v.number('Must be a number of days'),
    v.minValue(1, 'Must be at least 1'),
    v.maxValue(3650, 'Must be at most 3650'),
  )
  return reader.parse('RETENTION_DAYS', schema) ?? DEFAULT_RETENTION_DAYS
}

function readMaxLogBytes(reader: SettingsReader): number {
  const form = `Must be 0 (no limit) or a number of bytes, at least ${LEAST_MAX_LOG_BYTES}`
  const schema = v.pipe(
    v.number(form),
    v.safeInteger(form),
    v.check((bytes) => bytes === 0 || bytes >= LEAST_MAX_LOG_BYTES, form),
  )
  return reader.parse('MAX_LOG_BYTES', schema) ?? DEFAULT_MAX_LOG_BYTES
}

function readReconcileMinutes(reader: SettingsReader): number {
  const form = 'Must be 0 (off) or at least 10 minutes'
  const schema = v.pipe(
    v.number(form),
    v.integer(form),
    v.maxValue(525_600, 'Must be at most 525600'),
    v.check((minutes) => minutes === 0 || minutes >= 10, form),
  )
  return reader.parse('RECONCILE_MINUTES', schema) ?? DEFAULT_RECONCILE_MINUTES
}

const FIELD_LINKS_FORM =
  'Must be a JSON object of family (requisite, lead, …) to https://{domain}/… address'

function readFieldLinks(reader: SettingsReader): ReadonlyMap<FieldFamily, string> {
  const schema = v.record(
    v.picklist(FIELD_FAMILY_NAMES, FIELD_LINKS_FORM),
    v.pipe(v.string(FIELD_LINKS_FORM), v.regex(/^https:\/\/\{domain\}\//u, FIELD_LINKS_FORM)),
    FIELD_LINKS_FORM,
  )
  const links = reader.parse('FIELD_LINKS', v.pipe(noList(FIELD_LINKS_FORM), schema)) ?? {}
  return new Map(
    FIELD_FAMILY_NAMES.flatMap((family) => {
      const link = links[family]
      return link === undefined ? [] : [[family, link] as const]
    }),
  )
}

function readSubscribedEvents(reader: SettingsReader): readonly string[] | null {
  const form = 'Must be a list of event names or globs such as onCrmDealUpdate or onCrmDeal*'
  const schema = v.array(v.pipe(v.string(form), v.check(isEventName, form)), form)
  return reader.parse('SUBSCRIBED_EVENTS', schema) ?? null
}

function isEventName(name: string): boolean {
  return canonicalName(name.replace(/[*?]+/g, 'x')) !== null || /^\*+$/.test(name)
}
