/**
 * The only reader of vars and secrets. Two halves: what receipt needs, and the destinations, each of which
 * fails alone. Every problem names its setting and the wanted form, and never shows a value.
 */
import * as v from 'valibot'
import { checkWebhookUrl } from '../bitrix24/servers/rest-address.ts'
import { ApplicationTokenSchema } from '../bitrix24/wire/wire-schemas.ts'
import { checkAddress, type AddressPolicy } from '../core/safety/address.ts'
import { canonicalName, FIELD_FAMILY_NAMES } from '../core/log/event-names.ts'
import type { FieldFamily } from '../core/log/event.ts'
import { webhookRule, type OutgoingWebhook } from '../core/access/outgoing-webhook.ts'
import { err, ok, type Result } from '../core/result.ts'
import type { Destination } from '../destinations/settings/destination.ts'
import { readDestinations } from '../destinations/settings/read-destinations.ts'
import type { SettingProblem } from '../destinations/settings/setting-problem.ts'
import { SettingsReader } from './settings-reader.ts'
import { createSealer, type Sealer } from '../storage/seal.ts'
import { parseTokenKeys } from '../storage/token-keys.ts'

/** The Worker's bindings. Secrets that the operator invents are read by name. */
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
  /** Client id → client secret. */
  readonly applications: ReadonlyMap<string, string>
  readonly oauthUrls: readonly string[]
  readonly webhooks: readonly OutgoingWebhook[]
  readonly sealer: Sealer
  readonly canSeal: boolean
  readonly policy: AddressPolicy
  /** Null when DESTINATIONS cannot be read at all: lanes stand still, events wait. */
  readonly destinations: readonly Destination[] | null
  readonly adminToken: string | null
  readonly publicUrl: string | null
  readonly retentionDays: number
  /** Minutes between two scheduled comparisons; 0 turns them off. */
  readonly reconcileMinutes: number
  /** Family to the address of its settings page. */
  readonly fieldLinks: ReadonlyMap<FieldFamily, string>
  /** The configured names of the events to bind; null for the default. */
  readonly subscribedEvents: readonly string[] | null
  readonly version: string
  readonly problems: readonly SettingProblem[]
  readonly warnings: readonly string[]
}

/** The OAuth servers of Bitrix24 (facts: bitrix24.md section 5). */
export const DEFAULT_OAUTH_URLS = [
  'https://oauth.bitrix.info',
  'https://oauth.bitrix24.tech',
] as const

const DEFAULT_RETENTION_DAYS = 30
const DEFAULT_RECONCILE_MINUTES = 1440
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
  const reader = new SettingsReader(env)
  const policy = { allowLocal: reader.flag('UNSAFE_ALLOW_LOCAL_ADDRESSES') }
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
    reconcileMinutes: readReconcileMinutes(reader),
    fieldLinks: readFieldLinks(reader),
    subscribedEvents: readSubscribedEvents(reader),
    version: env.VERSION?.id ?? 'unversioned',
    problems: reader.problems,
    warnings: reader.warnings,
  }
}

function readKeys(reader: SettingsReader): Parameters<typeof createSealer>[0] {
  const value = reader.raw('TOKEN_KEYS')
  if (value === undefined) {
    reader.report('TOKEN_KEYS', 'Must be set to seal tokens: make one with npm run keys')
    return []
  }
  const isTable = typeof value === 'object' && !Array.isArray(value)
  // Sound: an object from TOML has string keys; its values are checked by the parser.
  const table = isTable ? (value as Record<string, unknown>) : ''
  const keys = parseTokenKeys(typeof value === 'string' ? value : table)
  if (keys.ok) return keys.value
  reader.report('TOKEN_KEYS', keys.error)
  return []
}

const APPLICATIONS_FORM = 'Must be a JSON object of client id to client secret'

// Every schema has its message: the library's own ones show the value.
const ApplicationsSchema = v.pipe(
  noList(APPLICATIONS_FORM),
  v.record(
    v.pipe(v.string(APPLICATIONS_FORM), v.minLength(1, APPLICATIONS_FORM)),
    v.pipe(v.string(APPLICATIONS_FORM), v.minLength(1, APPLICATIONS_FORM)),
    APPLICATIONS_FORM,
  ),
)

/** A list passes for a record of its indexes. */
function noList(form: string): v.GenericSchema {
  return v.custom<unknown>((value) => !Array.isArray(value), form)
}

function readApplications(reader: SettingsReader): ReadonlyMap<string, string> {
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

function readOAuthUrls(reader: SettingsReader, policy: AddressPolicy): readonly string[] {
  const form = 'Must be a list of https URLs'
  const schema = v.pipe(
    v.array(v.string(form), form),
    v.minLength(1, 'Must name at least one server'),
  )
  const urls = reader.parse('BITRIX24_OAUTH_URLS', schema) ?? DEFAULT_OAUTH_URLS
  return urls.flatMap((url) => {
    const checked = checkAddress(url, policy)
    if (checked.ok) return [checked.value.origin]
    reader.report('BITRIX24_OAUTH_URLS', `Must hold https URLs of public hosts (${checked.error})`)
    return []
  })
}

const WEBHOOKS_FORM = 'Must be a JSON object of application token to domain or member_id'

const WebhookSchema = v.pipe(
  noList(WEBHOOKS_FORM),
  v.record(
    v.string(WEBHOOKS_FORM),
    v.union(
      [
        v.string(WEBHOOKS_FORM),
        v.strictObject({ portal: v.string(WEBHOOKS_FORM), rest: v.optional(v.string()) }),
      ],
      WEBHOOKS_FORM,
    ),
    WEBHOOKS_FORM,
  ),
)

function readWebhooks(reader: SettingsReader, policy: AddressPolicy): readonly OutgoingWebhook[] {
  const entries = Object.entries(reader.parse('OUTGOING_WEBHOOK_TOKENS', WebhookSchema) ?? {})
  return entries.flatMap(([token, value], index) => {
    const portal = (typeof value === 'string' ? value : value.portal).trim().toLowerCase()
    const named = v.is(ApplicationTokenSchema, token)
      ? readPortalName(portal, policy)
      : err('must have an application token of 8 to 128 characters, without blanks')
    const rest = readWebhookUrl(reader, value, policy)
    if (!named.ok) {
      reader.report('OUTGOING_WEBHOOK_TOKENS', `Entry ${index + 1} ${named.error}`)
      return []
    }
    // Receipt does not depend on it: without a good address events go out thin.
    if (!rest.ok) reader.report('OUTGOING_WEBHOOK_TOKENS', `Entry ${index + 1} ${rest.error}`)
    return [{ token, portal: named.value, rest: rest.ok ? rest.value : null }]
  })
}

const REST_FORM =
  'must have as rest the address of an incoming webhook of that portal, https://<portal>/rest/<user>/<secret>/, or the name of a secret that holds it ($NAME)'

function readWebhookUrl(
  reader: SettingsReader,
  entry: string | { readonly portal: string; readonly rest?: string | undefined },
  policy: AddressPolicy,
): Result<string | null, string> {
  if (typeof entry === 'string' || entry.rest === undefined) return ok(null)
  const named = /^\$([A-Z][A-Z0-9_]*)$/u.exec(entry.rest)?.[1]
  const text = named === undefined ? entry.rest : reader.secret(named)
  const url = text === undefined ? null : checkWebhookUrl(text, policy)
  if (url === null) return err(REST_FORM)
  const portal = entry.portal.trim().toLowerCase()
  const isDomain = webhookRule(portal) === 'domain'
  return isDomain && url.host !== portal && url.hostname !== portal ? err(REST_FORM) : ok(url.href)
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
  const form = 'Must be a list of event names such as onCrmDealUpdate'
  const schema = v.array(v.pipe(v.string(form), v.check(isEventName, form)), form)
  return reader.parse('SUBSCRIBED_EVENTS', schema) ?? null
}

function isEventName(name: string): boolean {
  return canonicalName(name) !== null
}
