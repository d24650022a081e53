/**
 * G9: whatever is sent, the answer is 200 or a 4xx from a closed list, nothing throws, and a refusal
 * leaves every store as it was. Hand-made bodies first, then generated ones.
 */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_BODY_BYTES } from '../../src/http/body.ts'
import { BITRIX24_BODIES, bitrix24Body } from '../support/builders/bitrix24-bodies.ts'
import {
  aBitrix24,
  APPLICATION_GONE,
  bitrix24Handler,
  type SimulatedBitrix24,
} from '../support/network/bitrix24-network.ts'
import { Edge, FORM_TYPE, JSON_TYPE, watchLog } from '../support/worker/edge.ts'
import { HOSTILE_BODIES, type HostileBody } from '../support/hostile/hostile-bodies.ts'
import { HOSTILE_OUTCOMES } from '../support/hostile/hostile-outcomes.ts'
import { refused } from '../support/worker/refusals.ts'
import { directoryTables, dumpKv } from '../support/worker/traces.ts'
import { RelayScenario } from '../support/scenarios/relay-scenario.ts'
import { sampled } from '../support/sampling.ts'
import { APPLICATION_TOKEN, MEMBER_ID } from '../support/identity.ts'

/** The answers that a caller may get, as whole bodies. */
const ANSWERS: ReadonlyMap<string, number> = new Map(
  (
    [
      'malformed_body',
      'invalid_event',
      'untrusted',
      'body_too_large',
      'unsupported_media_type',
    ] as const
  )
    .map(refused)
    .map(({ status, body }) => [JSON.stringify(body), status]),
)

let scenario: RelayScenario
let bitrix24: SimulatedBitrix24
let edge: Edge
let log: ReturnType<typeof watchLog>

beforeEach(async () => {
  log = watchLog()
  scenario = new RelayScenario()
  bitrix24 = aBitrix24()
  scenario.network.handle((request) => bitrix24Handler(bitrix24)(request))
  // Without receivers nothing changes behind the back of a comparison.
  scenario.adapt = (settings) => ({ ...settings, destinations: [] })
  edge = new Edge()
  await install()
})

afterEach(async () => {
  expect(scenario.network.unclaimed).toEqual([])
  expect(log.filter(({ level }) => level === 'error')).toEqual([])
  await scenario.close()
})

/** Installs the portal whose identity the hostile bodies carry. */
async function install(): Promise<void> {
  const ts = Math.floor(Date.now() / 1000) - 60
  const recorded = bitrix24Body('app-ONAPPINSTALL-local')
  const answer = await edge.call(recorded.replace('ts=1790000000', `ts=${ts}`))
  expect(answer.status).toBe(200)
}

/**
 * Everything that is stored of the fixtures' portal and beside it, as one text. What the object writes on
 * its own after an accepted installation, or counts of a refused one, is left out.
 */
async function everythingStored(): Promise<string> {
  const tables = await runInDurableObject(env.PORTALS.getByName(MEMBER_ID), (_, { storage }) => ({
    others: ['log', 'pending', 'portal_values'].map((name) =>
      storage.sql.exec(`SELECT * FROM ${name}`).toArray(),
    ),
    installs: storage.sql.exec<{ install: string }>('SELECT install FROM install').toArray(),
  }))
  const own = new Set(['refused', 'kvDirty', 'subscriptions', 'tokens', 'tokensIssuedAt'])
  const installs = tables.installs.map(({ install: text }) =>
    JSON.stringify(JSON.parse(text), (key, value: unknown) => (own.has(key) ? undefined : value)),
  )
  const keys = Object.keys(await dumpKv())
  return JSON.stringify([tables.others, installs, await directoryTables(), keys])
}

/** What is wrong with an answer; empty when it is one that a caller may get. */
async function faultsOf(response: Response): Promise<string[]> {
  const text = await response.text()
  const { status } = response
  if (text.startsWith('<!doctype html>')) return status === 200 || status === 403 ? [] : [text]
  if (status !== 200) return ANSWERS.get(text) === status ? [] : [`${status} ${text}`]
  const keys = Object.keys(Object(JSON.parse(text)))
  const known = ['accepted', 'sequence', 'duplicate', 'quarantined', 'pending']
  return keys.filter((key) => !known.includes(key))
}

/** The route's answer to what the decoder says. */
function expectedAnswer({ name, contentType, body }: HostileBody): string {
  const outcome = HOSTILE_OUTCOMES.get(name)
  if (outcome === undefined) return 'no outcome is known'
  if (contentType !== FORM_TYPE && contentType !== JSON_TYPE) return '415 unsupported_media_type'
  if (body.length > MAX_BODY_BYTES) return '413 body_too_large'
  if (outcome === 'uninstall') return '200 accepted'
  if (outcome === 'event') return '200 stored'
  if (outcome.startsWith('event ')) return '200 quarantined'
  if (outcome === 'missing_credentials') return '403 untrusted'
  return outcome === 'malformed' ? '400 malformed_body' : '400 invalid_event'
}

async function shortAnswer(response: Response): Promise<string> {
  const body: unknown = await response.json()
  const { error, sequence, quarantined } = Object(body)
  if (error !== undefined) return `${response.status} ${String(error.code)}`
  if (sequence === undefined) return `${response.status} accepted`
  return `${response.status} ${quarantined === true ? 'quarantined' : 'stored'}`
}

describe('POST /bitrix24/events with hostile bodies', () => {
  it('answers each as the decoder understands it', async () => {
    const answers: Record<string, string> = {}
    const expected: Record<string, string> = {}
    const isLast = ({ name }: { name: string }) => HOSTILE_OUTCOMES.get(name) === 'uninstall'
    // After the uninstall everybody is a stranger.
    const ordered = [...HOSTILE_BODIES].toSorted((a, b) => Number(isLast(a)) - Number(isLast(b)))
    for (const hostile of ordered) {
      const { name, contentType, body } = hostile
      expected[name] = expectedAnswer(hostile)
      const before = await everythingStored()
      const response = await edge.call(body, { contentType })
      answers[name] = await shortAnswer(response)
      if (response.status !== 200 && before !== (await everythingStored())) {
        answers[name] += ', and something was stored'
      }
    }
    expect(Object.keys(answers).length).toBeGreaterThanOrEqual(60)
    expect(answers).toEqual(expected)
  })

  it('stores nothing of any of them where the portal is not installed', async () => {
    const ts = Math.floor(Date.now() / 1000)
    const uninstall = bitrix24Body('app-ONAPPUNINSTALL-clean')
    bitrix24.portalRefusal = APPLICATION_GONE
    await edge.call(uninstall.replace('ts=1790000100', `ts=${ts}`))
    const before = await everythingStored()
    const answers: Record<string, unknown> = {}
    for (const { name, body, contentType } of HOSTILE_BODIES) {
      const response = await edge.call(body, { contentType })
      const faults = await faultsOf(response)
      if (response.status === 200 || faults.length > 0) answers[name] = [response.status, faults]
    }
    expect(answers).toEqual({})
    expect(await everythingStored()).toBe(before)
    expect(before.startsWith('[[[],[],[]],')).toBe(true)
  })
})

interface Sent {
  readonly body: string | Uint8Array
  readonly contentType: string
  readonly path: string
}

const contentTypes = fc.constantFrom(FORM_TYPE, FORM_TYPE, JSON_TYPE, JSON_TYPE, 'text/plain')
const paths = fc.oneof(
  fc.constantFrom('/bitrix24/events', '/bitrix24/install'),
  fc.webQueryParameters().map((query) => `/bitrix24/install?DOMAIN=acme.bitrix24.com&${query}`),
)

/** Texts that mean something to the route, beside any others. */
const words = fc.oneof(
  fc.constantFrom(
    MEMBER_ID,
    APPLICATION_TOKEN,
    'ONCRMREQUISITEUSERFIELDUPDATE',
    'ONAPPINSTALL',
    'ONAPPUPDATE',
    'ONAPPTEST',
    'CRM_REQUISITE',
    '1790000000',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

const keys = fc.oneof(
  fc.constantFrom(
    'event',
    'ts',
    'data',
    'data[FIELDS][ID]',
    'data[FIELDS][]',
    'auth',
    'auth[member_id]',
    'auth[application_token]',
    'auth[access_token]',
    'auth[user_id]',
    'member_id',
    'AUTH_ID',
    'APPLICATION_TOKEN',
    'event_handler_id',
    '__proto__[x]',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

const AUTHENTIC = `auth[member_id]=${MEMBER_ID}&auth[application_token]=${APPLICATION_TOKEN}`

const forms = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(keys, words), { maxLength: 12 }))
  .map(([isAuthentic, pairs]) => {
    const encoded = pairs.map(
      ([key, value]) =>
        `${encodeURIComponent(key.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
    )
    return [...(isAuthentic ? [AUTHENTIC] : []), ...encoded].join('&')
  })

const jsonBodies = fc
  .record(
    {
      event: fc.oneof(words, fc.jsonValue()),
      auth: fc.oneof(
        fc.constant({ member_id: MEMBER_ID, application_token: APPLICATION_TOKEN }),
        fc.dictionary(fc.constantFrom('member_id', 'application_token', 'access_token'), words),
        fc.jsonValue(),
      ),
      data: fc.jsonValue(),
      ts: fc.oneof(words, fc.jsonValue()),
      event_handler_id: fc.jsonValue(),
      member_id: words,
      AUTH_ID: words,
    },
    { requiredKeys: [] },
  )
  .map((value) => JSON.stringify(value))

// An uninstall would make strangers of all that follow.
const RECORDED = [...BITRIX24_BODIES]
  .filter(([name]) => name !== 'documentation-page' && !name.includes('UNINSTALL'))
  .map(([, body]) => body)

/** A recorded body with pieces cut out, doubled, moved or overwritten. */
const mutated = fc
  .tuple(
    fc.constantFrom(...RECORDED),
    fc.array(
      fc.record({
        kind: fc.constantFrom('cut', 'double', 'overwrite', 'insert'),
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.integer({ min: 1, max: 40 }),
        byte: fc.integer({ min: 0, max: 255 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([body, changes]) => {
    let bytes = [...new TextEncoder().encode(body)]
    for (const { kind, at, length, byte } of changes) {
      const start = Math.floor(at * bytes.length)
      const piece = bytes.slice(start, start + length)
      const middle = {
        cut: [],
        double: [...piece, ...piece],
        overwrite: [byte, ...piece.slice(1)],
        insert: [byte, ...piece],
      }[kind]
      bytes = [...bytes.slice(0, start), ...middle, ...bytes.slice(start + length)]
    }
    return Uint8Array.from(bytes)
  })

const bytes = fc.uint8Array({ maxLength: 400 })

describe('POST /bitrix24/events with generated bodies', () => {
  const kinds: Record<string, fc.Arbitrary<Sent>> = {
    'any bytes': fc.record({ body: bytes, contentType: contentTypes, path: paths }),
    'forms of known and unknown keys': fc.record({
      body: forms,
      contentType: fc.constant(FORM_TYPE),
      path: paths,
    }),
    'JSON of known keys': fc.record({
      body: jsonBodies,
      contentType: fc.constant(JSON_TYPE),
      path: paths,
    }),
    'recorded bodies, damaged': fc.record({
      body: mutated,
      contentType: fc.constant(FORM_TYPE),
      path: paths,
    }),
  }

  it.each(Object.entries(kinds))('answers %s with 200 or a known 4xx', async (_kind, arbitrary) => {
    let stored = await everythingStored()
    const statuses = new Set<number>()
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ body, contentType, path }) => {
        const response = await edge.call(body, { contentType, path })
        statuses.add(response.status)
        const now = await everythingStored()
        const kept = response.status === 200 ? now : stored
        expect({ faults: await faultsOf(response), stored: now }).toEqual({
          faults: [],
          stored: kept,
        })
        stored = now
      }),
      { numRuns: sampled(120) },
    )
    // Damage that a form survives is no reason for a 400, but it spoils many a token.
    expect([...statuses].some((status) => status !== 200)).toBe(true)
  })

  it('and every kind but bytes also finds its way in', async () => {
    // Otherwise the properties above would only ever see the first check.
    const samples = [forms, jsonBodies].map((arbitrary) =>
      fc.sample(arbitrary, { numRuns: 300, seed: 1 }).filter((body) => body.includes(MEMBER_ID)),
    )
    for (const bodies of samples) expect(bodies.length).toBeGreaterThan(50)
    const [form = []] = samples
    const answers: number[] = []
    for (const body of form) answers.push((await edge.call(body)).status)
    expect(new Set(answers)).toEqual(new Set([200, 400, 403]))
  })
})
