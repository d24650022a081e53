/** The deployments of a history: one configuration after another, each of them one setting further. */
import { SIGNING_SECRET } from '../support/worker/runtime-bindings.ts'
import type { VirtualPortal } from './cast/portal.ts'
import type { Vars } from './cast/relay.ts'
import type { VirtualReceiver } from './cast/receiver.ts'
import { CLIENT_ID } from '../support/identity.ts'

/** What an operator may deploy, setting by setting; the first value is the right one. */
export const SETTINGS = {
  /** The fields that erp gets. */
  fields: ['all', 'one'],
  /** Whether the destinations name their portals. */
  portals: ['unnamed', 'named'],
  /** The destination erp. */
  erp: ['there', 'gone', 'broken'],
  /** The whole list of destinations. */
  list: ['readable', 'unreadable'],
  /** The tokens of outgoing webhooks. */
  tokens: ['right', 'wrong'],
  /** The keys that seal, newest first. */
  keys: ['k1', 'k2,k1', 'k2'],
  /** The kind and the wording of crm. */
  crm: ['slack', 'webhook', 'template', 'digest', 'batch'],
  /** The people whose events audit and crm get. */
  users: ['everybody', 'anna', 'others', 'nobody'],
  /** The conditions of erp and audit. */
  when: ['none', 'one', 'others', 'all of them'],
  /** Whether audit gets events whose change was told. */
  unchanged: ['send', 'skip'],
  /** The destination late, which is new when it is deployed for the first time. */
  late: ['there', 'absent'],
  /** Which of erp and audit have batches, and of how many events. */
  batch: ['audit', 'none', 'both', 'small', 'gathered'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** The name of a setting. */
export type Setting = keyof typeof SETTINGS

/** One configuration. */
export type Settings = Readonly<Record<Setting, string>>

/** The right configuration. */
export const RIGHT: Settings = {
  fields: 'all',
  portals: 'unnamed',
  erp: 'there',
  list: 'readable',
  tokens: 'right',
  keys: 'k1',
  crm: 'slack',
  users: 'everybody',
  when: 'none',
  unchanged: 'send',
  late: 'there',
  batch: 'audit',
}

/** The lists `users`, with the people whose events pass: user 1 is Anna, and null is nobody. */
export const USERS: Readonly<Record<string, UsersRule>> = {
  everybody: { of: [], list: [], takes: () => true },
  anna: { of: ['audit', 'crm'], list: ['1'], takes: (userId) => userId === 1 },
  others: { of: ['audit', 'crm'], list: ['!1'], takes: (userId) => userId !== 1 },
  nobody: { of: ['audit', 'crm'], list: ['none'], takes: (userId) => userId === null },
}

/** A list `users`, the destinations that have it, and whose events it takes. */
export interface UsersRule {
  readonly of: readonly string[]
  readonly list: readonly string[]
  readonly takes: (userId: number | null) => boolean
}

/** Whether the events about a field, by its id, meet a condition. */
type FieldTest = (fieldId: number) => boolean

/** The conditions, each with the fields whose events meet it. All events of a history are about fields from 235 on. */
export const CONDITIONS: ReadonlyMap<string, FieldTest> = new Map<string, FieldTest>([
  ['data.FIELDS.ID = 236', (id) => id === 236],
  ['subject.id in (235, "236", 237)', (id) => id <= 237],
  ['data.FIELDS.ID != 236', (id) => id !== 236],
  ['data.FIELDS.FIELD_NAME exists', () => true],
])

/** The destinations that have conditions, where any are deployed. */
export const CONDITIONED: readonly string[] = ['erp', 'audit']

const WHEN: Readonly<Record<string, readonly string[]>> = {
  one: ['data.FIELDS.ID = 236'],
  others: ['data.FIELDS.ID != 236'],
  'all of them': ['data.FIELDS.FIELD_NAME exists', 'subject.id in (235, "236", 237)'],
}

/** The conditions of a configuration. */
export function conditionsOf({ when }: Settings): readonly string[] {
  return WHEN[when] ?? []
}

const KEYS: Readonly<Record<string, string>> = {
  k1: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
  k2: 'OTk5MzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
}

const TEMPLATE = '{{code}} {{#changes}}{{text}} {{/changes}}{{time}}'

type Destination = Readonly<Record<string, unknown>>

/** The vars and secrets of a configuration. */
export function varsOf(
  settings: Settings,
  cast: {
    readonly portals: readonly VirtualPortal[]
    readonly receivers: readonly VirtualReceiver[]
    readonly ops: VirtualReceiver
  },
): Vars {
  const destinations = cast.receivers
    .filter(({ name }) => name !== 'erp' || settings.erp !== 'gone')
    .filter(({ name }) => name !== 'late' || settings.late === 'there')
    .map((receiver) => ({ ...destinationOf(receiver, settings), ...filterOf(receiver, settings) }))
    .concat({ ...destinationOf(cast.ops, settings), events: ['relay.*'] })
    .map((one) => (isNamed(one, settings) ? { ...one, portals: ['acme.*', '*.*'] } : one))
  return {
    BITRIX24_CLIENT_ID: CLIENT_ID,
    BITRIX24_CLIENT_SECRET: 'canary-client-secret',
    TOKEN_KEYS: `{${settings.keys
      .split(',')
      .map((id) => `"${id}":"${KEYS[id] ?? ''}"`)
      .join(',')}}`,
    OUTGOING_WEBHOOK_TOKENS: JSON.stringify(tokensOf(settings, cast.portals)),
    DESTINATIONS: settings.list === 'readable' ? JSON.stringify(destinations) : '[{',
  }
}

/** Whether a destination names its portals. `late` never does: it gets whatever a replay of its events promised. */
function isNamed({ name }: Destination, { portals }: Settings): boolean {
  return portals === 'named' && name !== 'late'
}

function tokensOf({ tokens }: Settings, portals: readonly VirtualPortal[]) {
  return Object.fromEntries(
    portals.map(({ webhookToken, domain, restUrl }) => [
      tokens === 'right' ? webhookToken : `nobodys-${domain}`,
      { portal: domain, rest: restUrl },
    ]),
  )
}

function destinationOf({ name, type, url }: VirtualReceiver, settings: Settings): Destination {
  const webhook = { name, type: 'webhook', url, secret: SIGNING_SECRET }
  switch (name) {
    case 'erp':
      return {
        ...webhook,
        ...(settings.batch === 'audit' ? {} : batchOf(settings.batch)),
        ...(settings.fields === 'one' ? { fields: ['UF_CRM_236'] } : {}),
        ...(settings.erp === 'broken' ? { url: 'ftp://x' } : {}),
      }
    case 'audit':
      return { ...webhook, ...batchOf(settings.batch), unchanged: settings.unchanged }
    case 'crm':
      return crmOf({ name, url, kind: settings.crm })
    default:
      return type === 'webhook' ? webhook : { name, type, url }
  }
}

function filterOf({ name }: VirtualReceiver, settings: Settings): Destination {
  const { of = [], list = [] } = USERS[settings.users] ?? {}
  const when = CONDITIONED.includes(name) ? conditionsOf(settings) : []
  return {
    ...(of.includes(name) && list.length > 0 ? { users: list } : {}),
    ...(when.length > 0 ? { when } : {}),
  }
}

function batchOf(batch: string): Destination {
  switch (batch) {
    case 'none':
      return {}
    case 'small':
      return { batch: { max: 3 } }
    case 'gathered':
      return { batch: { max: 10, seconds: 20 } }
    default:
      return { batch: {} }
  }
}

function crmOf({
  name,
  url,
  kind,
}: Readonly<Record<'name' | 'url' | 'kind', string>>): Destination {
  const slack = { name, type: 'slack', url }
  switch (kind) {
    case 'webhook':
      return { name, type: 'webhook', url, secret: SIGNING_SECRET }
    case 'batch':
      return { name, type: 'webhook', url, secret: SIGNING_SECRET, batch: { max: 4 } }
    case 'template':
      return { ...slack, template: TEMPLATE }
    case 'digest':
      return { ...slack, digest: { seconds: 30, max: 5 } }
    default:
      return slack
  }
}
