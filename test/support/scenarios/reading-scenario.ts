/**
 * A portal's object with a clock of its own and a portal that it can read through an incoming webhook,
 * which is the shortest way to access: no tokens have to be obtained first.
 */
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import { userFieldCode } from '../../../src/core/events/event-names.ts'
import type { FieldAction, RelayEvent } from '../../../src/core/log/event.ts'
import { anEvent } from '../builders/a-delivery.ts'
import type { NetworkHandler } from '../network/network.ts'
import { machine, type Entry } from '../builders/entries.ts'
import { PortalScenario } from './portal-scenario.ts'
import { answerPortal, aPortalRest } from '../network/portal-rest.ts'
import { DOMAIN } from '../identity.ts'

/** A secret that may stand in no log line, row or body. */
export const READING_SECRET = 'readingcanary4711'

/** The definition of the requisite field 235, unless a test says otherwise. */
export function aDefinition(changes: FieldAttributes = {}): FieldAttributes {
  return {
    ID: '235',
    ENTITY_ID: 'CRM_REQUISITE',
    FIELD_NAME: 'UF_CRM_TAX',
    USER_TYPE_ID: 'string',
    MANDATORY: 'N',
    EDIT_FORM_LABEL: { en: 'Tax number' },
    ...changes,
  }
}

/** The body that a webhook was sent. */
export interface SentBody {
  readonly type: string
  readonly timestamp: string
  readonly data: Readonly<Record<string, unknown>>
}

/** One portal that can be read. */
export class ReadingScenario extends PortalScenario {
  readonly rest = aPortalRest()
  /** Everything that the object logged, as text. */
  readonly lines: string[] = []

  constructor(destinations: readonly Entry[] = [machine('erp')]) {
    super(destinations)
    const rest = `https://${DOMAIN}/rest/1/${READING_SECRET}/`
    this.settings = {
      ...this.settings,
      webhooks: [{ token: 'scenario-token', portal: DOMAIN, rest }],
      wantedEvents: ['ONCRMREQUISITEUSERFIELDUPDATE', 'ONCRMLEADUSERFIELDUPDATE'],
      reconcileMinutes: 0,
      logLine: (...line) => void this.lines.push(JSON.stringify(line)),
    }
    this.network.handle(({ url, body }) => {
      const method = methodOf(url)
      if (method === null) return null
      const answer = answerPortal(this.rest, method, new URLSearchParams(body))
      if (answer === null) return null
      const now = this.time.now() / 1000
      const time = { start: now, finish: now }
      return Response.json({ ...answer, time }, { status: 'error' in answer ? 400 : 200 })
    })
  }

  /** Answers the portal's calls in a test's own way; null leaves them to the portal. */
  portalSays(answer: NetworkHandler): void {
    this.network.handle((request) => (methodOf(request.url) === null ? null : answer(request)))
  }

  /** The methods that the portal was asked for, in order. */
  methods(): string[] {
    return this.network.sent.flatMap(({ url }) => methodOf(url) ?? [])
  }

  /** Stores the event of a field's change. */
  changed(id = 235, action: FieldAction = 'updated', changes: Partial<RelayEvent> = {}) {
    const { field } = anEvent()
    const event = anEvent({
      name: userFieldCode('requisite', action),
      ts: Math.floor(this.time.now() / 1000),
      field: field && { ...field, id, action },
      ...changes,
    })
    return this.portal.sends({ event: JSON.stringify(event) })
  }

  /** The bodies that `erp` was sent, in order. */
  bodies(): SentBody[] {
    // Sound: the relay's own bodies.
    return this.network.to('erp.example.com').map(({ body }) => JSON.parse(body) as SentBody)
  }

  /** What those bodies say of the changes. */
  told(): Readonly<Record<string, unknown>>[] {
    return this.bodies().map(({ data }) => {
      const { sequence, previousSequence, origin, changes, enrichment, enrichmentReason } = data
      const { toldBy, covers, completes } = data
      return dense({
        sequence,
        previousSequence,
        origin,
        changes,
        enrichment,
        enrichmentReason,
        toldBy,
        covers,
        completes,
      })
    })
  }
}

function dense(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}

function methodOf(url: string): string | null {
  const { host, pathname } = new URL(url)
  return host === DOMAIN ? (pathname.split('/').at(-1) ?? null) : null
}
