/**
 * Doubts: what is allowed in the configuration, and is probably not meant so. Nothing is stopped because of a doubt;
 * `/healthz` and the first line of the log tell it. A doubt names settings and variables, and never shows a value.
 */
import { isMemberId } from '../core/access/member-id.ts'
import { bulletinGlobs, recipientsOf, type BulletinReader } from '../core/bulletins/asking.ts'
import { leftOutNames } from '../core/events/wanted-events.ts'
import { nearestWord } from '../core/nearest-word.ts'
import type { OutgoingWebhook } from '../core/access/outgoing-webhook.ts'
import type { Destination } from '../destinations/settings/destination.ts'

/** Cloudflare takes variables and secrets of 5 KB; how it measures a table is not documented (docs/deploy.md). */
export const MAX_VARIABLE_BYTES = 5000

/** A variable that takes this part of it is near the limit. */
const NEAR = 0.9

/** Everything that the doubts follow from. */
export interface DoubtTerms {
  /** The variables and secrets as the platform hands them over. */
  readonly env: Readonly<Record<string, unknown>>
  /** The names that the relay reads, those of secrets to which a setting refers included. */
  readonly known: readonly string[]
  /** Null when DESTINATIONS cannot be read. */
  readonly destinations: readonly Destination[] | null
  readonly webhooks: readonly OutgoingWebhook[]
  /** Null when SUBSCRIBED_EVENTS is not set: then the destinations decide. */
  readonly subscribedEvents: readonly string[] | null
  /** Whether anybody can open the admin surface. */
  readonly hasAdmin: boolean
}

/** Lists the doubts about a configuration. */
export function listDoubts(terms: DoubtTerms): readonly string[] {
  const { destinations, webhooks, hasAdmin } = terms
  return [
    ...(destinations?.length === 0
      ? ['DESTINATIONS names no destination: events are stored, and nobody is told']
      : []),
    ...(hasAdmin
      ? []
      : ['ADMIN_TOKEN is not set: the dashboard, the admin API and /metrics answer 404']),
    ...doubtNames(terms),
    ...doubtSizes(terms),
    ...doubtOrigin(terms.env['PUBLIC_URL']),
    ...doubtWebhooks(webhooks),
    ...(destinations ?? []).flatMap(doubtDestination),
    ...doubtEvents(terms),
    ...doubtFallbacks(destinations ?? []),
    ...doubtFallbackPortals(destinations ?? []),
  ]
}

/** The variables that the relay does not read, and whose names are like those of settings that are missing. */
function doubtNames({ env, known }: DoubtTerms): readonly string[] {
  const missing = known.filter((name) => isUnset(env[name]))
  return Object.keys(env).flatMap((name) => {
    if (known.includes(name) || !/^[A-Z][A-Z0-9_]*$/.test(name) || !isVariable(env[name])) return []
    const near = nearestWord(name, missing)
    return near === null ? [] : [`Nothing reads the variable ${name}: is ${near} meant?`]
  })
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** Whether a value that the relay does not read is that of a variable. Bindings are objects, and are left alone. */
function isVariable(value: unknown): boolean {
  return typeof value === 'string' || Array.isArray(value)
}

function doubtSizes({ env, known }: DoubtTerms): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!known.includes(name) && !isVariable(value)) return []
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    const bytes = new TextEncoder().encode(text).length
    if (bytes < NEAR * MAX_VARIABLE_BYTES) return []
    return [
      `${name} takes ${bytes} bytes: a deployment with more than about ${MAX_VARIABLE_BYTES} is refused by Cloudflare`,
    ]
  })
}

function doubtOrigin(url: unknown): readonly string[] {
  if (typeof url !== 'string' || !URL.canParse(url)) return []
  const { pathname, search, hash } = new URL(url)
  const isOrigin = pathname === '/' && search === '' && hash === ''
  return isOrigin ? [] : ['PUBLIC_URL has a path: only its origin is used']
}

/** A token that looks like a portal, for a portal that looks like none. */
function doubtWebhooks(webhooks: readonly OutgoingWebhook[]): readonly string[] {
  return webhooks.flatMap(({ token, portal }, index) => {
    const isPortal = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(token) || isMemberId(token)
    const isToken = !portal.includes('.') && !isMemberId(portal) && portal !== '*'
    if (!isPortal || !isToken) return []
    return [
      `OUTGOING_WEBHOOK_TOKENS: entry ${index + 1} seems to be the wrong way round: the token comes first, and the domain of its portal behind it`,
    ]
  })
}

function doubtDestination({ name, filter, settings }: Destination): readonly string[] {
  const lists = [
    ['events', filter.events],
    ['portals', filter.portals],
    ['fields', filter.fields],
  ] as const
  const joined = lists.flatMap(([setting, globs]) =>
    globs.some((glob) => glob.includes(','))
      ? [
          `DESTINATIONS.${name}.${setting} holds a comma inside of a text: each name is a text of its own`,
        ]
      : [],
  )
  const isUrl = filter.portals.some((glob) => glob.includes('/'))
  const portals = isUrl
    ? [`DESTINATIONS.${name}.portals holds a URL: a portal is named by its domain alone`]
    : []
  const invented = Object.entries(settings).flatMap(([setting, value]) =>
    isPlaceholder(value)
      ? [`DESTINATIONS.${name}.${setting} seems to be a placeholder: nobody is told there`]
      : [],
  )
  return [...joined, ...portals, ...invented]
}

/**
 * The destinations that wait for an event which the list of events leaves out. An outgoing webhook may send it all the
 * same.
 */
function doubtEvents({ destinations, subscribedEvents, webhooks }: DoubtTerms): readonly string[] {
  if (subscribedEvents === null || webhooks.length > 0) return []
  return (destinations ?? [])
    .filter(({ filter }) => leftOutNames(subscribedEvents, filter.events).length > 0)
    .map(
      ({ name }) =>
        `DESTINATIONS.${name}.events names an event that SUBSCRIBED_EVENTS leaves out: no portal is asked for it`,
    )
}

/**
 * Whether an address stands for one that somebody has to fill in; `example.com` and its like are nobody's (RFC 2606).
 */
function isPlaceholder(value: unknown): boolean {
  if (typeof value !== 'string' || !/^https?:\/\//i.test(value)) return false
  const host = URL.canParse(value) ? new URL(value).hostname : ''
  if (/(?:^|\.)example\.(?:com|org|net)$/.test(host)) return true
  return /X{8}|T0{8}|B0{8}|[<>…]|%3C|%3E|changeme|\byour[-_]/i.test(value)
}

/** The destinations that ask for bulletins, and whose own failure nobody else is told. */
function doubtFallbacks(destinations: readonly Destination[]): readonly string[] {
  const all = destinations.map(({ name, filter, fallback }): BulletinReader => ({
    name,
    events: filter.events,
    fallback: fallback ?? null,
  }))
  return all
    .filter(({ name: about, events }) => {
      const { to } = recipientsOf({ type: 'relay.lane.disabled', about }, all)
      return bulletinGlobs(events).length > 0 && to.length === 0
    })
    .map(
      ({ name }) =>
        `DESTINATIONS.${name} is told when others fail, and nobody when it fails itself: set its fallback`,
    )
}

/** The destinations whose fallback takes fewer portals: of the others it is told nothing. */
function doubtFallbackPortals(destinations: readonly Destination[]): readonly string[] {
  const portalsOf = new Map(destinations.map(({ name, filter }) => [name, filter.portals]))
  return destinations.flatMap(({ name, filter, fallback }) => {
    const taken = fallback === undefined ? undefined : portalsOf.get(fallback)
    const isCovered =
      taken === undefined ||
      taken.includes('*') ||
      filter.portals.every((glob) => taken.includes(glob))
    if (isCovered) return []
    return [
      `DESTINATIONS.${name}.fallback takes fewer portals than ${name}: of the others it is told nothing`,
    ]
  })
}
