/**
 * `POST /bitrix24/events` from outside: the order of its checks, each refusal as a whole, and that no
 * refusal (G9) leaves anything behind.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_BODY_BYTES } from '../../src/http/body.ts'
import { answerOf, Edge, JSON_TYPE, watchLog, type Call } from '../support/worker/edge.ts'
import { refused, type Refusal } from '../support/worker/refusals.ts'
import { NO_TRACES } from '../support/worker/traces.ts'
import { RelayScenario } from '../support/scenarios/relay-scenario.ts'
import { APPLICATION_TOKEN } from '../support/identity.ts'

const CANARY = 'canary-of-the-request'
const ROUTES = ['/bitrix24/events', '/bitrix24/install']

let scenario: RelayScenario
let edge: Edge
let log: ReturnType<typeof watchLog>

beforeEach(() => {
  scenario = new RelayScenario()
  edge = new Edge()
  log = watchLog()
})

afterEach(async () => {
  expect(scenario.network.unclaimed).toEqual([])
  expect(log.filter(({ level }) => level === 'error')).toEqual([])
  await scenario.close()
})

/** Everything that can be seen of a refusal: the whole answer, and what is stored anywhere. */
async function seen(response: Response): Promise<unknown> {
  const text = await response.text()
  const shown = text + JSON.stringify([...response.headers])
  return {
    status: response.status,
    body: text === '' ? null : JSON.parse(text),
    contentType: response.headers.get('content-type'),
    cacheControl: response.headers.get('cache-control'),
    isEcho: shown.includes(CANARY),
    traces: await scenario.traces(),
  }
}

/** The documented answer, nothing of the request in it, nothing stored. */
function refusal(code: Refusal): unknown {
  return {
    ...refused(code),
    contentType: 'application/json',
    cacheControl: 'no-store',
    isEcho: false,
    traces: NO_TRACES,
  }
}

function post(body: BodyInit | null, call: Call = {}): Promise<Response> {
  return edge.call(body, call)
}

/** An event of the scenario's portal that nobody has installed. */
function anEvent(): string {
  return scenario.portal.body('app-ONCRMREQUISITEUSERFIELDUPDATE', { canary: CANARY })
}

/** An event whose body is exactly so many bytes long. */
function eventOfSize(bytes: number, name = 'app-ONCRMDEALUPDATE'): string {
  const start = `${scenario.portal.body(name, { ts: scenario.portal.ts() })}&data[note]=`
  return start + 'x'.repeat(bytes - start.length)
}

describe('POST /bitrix24/events checks from cheap to costly', () => {
  const tooLarge = `canary=${CANARY}&${'a=1&'.repeat(MAX_BODY_BYTES / 4)}`
  const faults: { shown: Refusal; body: string; call: Call }[] = [
    {
      shown: 'method_not_allowed',
      body: tooLarge,
      call: { method: 'PUT', contentType: `text/${CANARY}` },
    },
    { shown: 'unsupported_media_type', body: tooLarge, call: { contentType: `text/${CANARY}` } },
    { shown: 'body_too_large', body: tooLarge, call: {} },
    {
      shown: 'malformed_body',
      body: `{"event":"${CANARY}"`,
      call: { contentType: 'application/json' },
    },
    { shown: 'invalid_event', body: `event=${CANARY}&auth[member_id]=${CANARY}`, call: {} },
  ]

  it.each(faults)('and names the first fault: $shown', async ({ shown, body, call }) => {
    for (const path of ROUTES) {
      expect(
        await seen(
          await post(body, {
            path: `${path}?canary=${CANARY}`,
            headers: { canary: CANARY },
            ...call,
          }),
        ),
      ).toEqual(refusal(shown))
    }
  })

  it('and asks for trust last', async () => {
    expect(await seen(await post(anEvent()))).toEqual(refusal('untrusted'))
  })

  it('and refuses a shape without reading KV or waking an object', async () => {
    const none = new Proxy(
      {},
      {
        get() {
          throw new Error('No binding may be touched')
        },
      },
    )
    edge = new Edge({ INSTALLS: none, PORTALS: none, UNTRUSTED_LIMIT: none })
    expect(await seen(await post('event=&auth[member_id]=1'))).toEqual(refusal('invalid_event'))
    expect(await seen(await post('{', { contentType: JSON_TYPE }))).toEqual(
      refusal('malformed_body'),
    )
  })
})

describe('POST /bitrix24/events takes one method', () => {
  const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']

  it.each(methods)('and answers %s with 405 and Allow', async (method) => {
    for (const path of ROUTES) {
      const response = await post(null, { method, path, contentType: null })
      expect(response.headers.get('allow')).toBe('POST')
      const bodiless = method === 'HEAD' ? { body: null } : {}
      expect(await seen(response)).toEqual({
        ...Object(refusal('method_not_allowed')),
        ...bodiless,
      })
    }
  })
})

describe('POST /bitrix24/events takes two content types', () => {
  const refused = [
    null,
    '',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonx',
    'application/json-patch+json',
    'application/x-www-form-urlencodedx',
    'text/plain, application/json',
    'x; application/json',
  ]
  const accepted = [
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=UTF-8',
    'Application/X-WWW-Form-Urlencoded;charset=windows-1251',
    '  application/x-www-form-urlencoded  ',
  ]

  it.each(refused)('and answers %j with 415', async (contentType) => {
    expect(await seen(await post(anEvent(), { contentType }))).toEqual(
      refusal('unsupported_media_type'),
    )
  })

  it.each(accepted)('and reads %j as a form', async (contentType) => {
    expect(await seen(await post(anEvent(), { contentType }))).toEqual(refusal('untrusted'))
  })

  it.each(['application/json', 'APPLICATION/JSON; charset=utf-8'])(
    'and reads %j as JSON',
    async (contentType) => {
      expect(await seen(await post('null', { contentType }))).toEqual(refusal('malformed_body'))
      const auth = { member_id: scenario.memberId, application_token: APPLICATION_TOKEN }
      const body = JSON.stringify({ event: 'ONCRMDEALUPDATE', auth })
      expect(await seen(await post(body, { contentType }))).toEqual(refusal('untrusted'))
    },
  )
})

describe('POST /bitrix24/events counts the body while it reads', () => {
  /** A body of so many bytes, in pieces, so that no Content-Length is known. */
  function streamed(text: string): ReadableStream {
    return new Blob([text]).stream()
  }

  it.each(['10', '0', '-1', '99999999999', 'many'])(
    'whatever Content-Length says: %s',
    async (length) => {
      const headers = { 'content-length': length }
      const large = streamed('a=1&'.repeat(MAX_BODY_BYTES / 4 + 1))
      expect(await seen(await post(large, { headers }))).toEqual(refusal('body_too_large'))
      const small = streamed(anEvent())
      expect(await seen(await post(small, { headers }))).toEqual(refusal('untrusted'))
    },
  )

  it('takes 262,144 bytes and refuses one more', async () => {
    expect(await seen(await post(eventOfSize(MAX_BODY_BYTES)))).toEqual(refusal('untrusted'))
    expect(await seen(await post(eventOfSize(MAX_BODY_BYTES + 1)))).toEqual(
      refusal('body_too_large'),
    )
  })

  it('takes an empty body for no event', async () => {
    expect(await seen(await post(null))).toEqual(refusal('invalid_event'))
    expect(await seen(await post(null, { contentType: JSON_TYPE }))).toEqual(
      refusal('malformed_body'),
    )
  })
})

describe('POST /bitrix24/events tells nothing about why it trusts nobody', () => {
  it('answers an unknown portal, a wrong token and a refused install alike', async () => {
    const stranger = await post(anEvent())
    expect((await scenario.portal.installs()).status).toBe(200)
    const forged = scenario.portal.body('app-ONCRMDEALUPDATE', {
      'auth[application_token]': 'f'.repeat(32),
    })
    scenario.bitrix24.isAdmin = false
    scenario.bitrix24.userId = 7
    const update = await scenario.portal.updatesToken()
    const answers = [stranger, await post(forged), update]
    expect(await Promise.all(answers.map(answerOf))).toEqual(
      answers.map(() => refused('untrusted')),
    )
  })
})

describe('traps that others fell into', () => {
  it('equal events that come at the same time are stored once', async () => {
    await scenario.portal.installs()
    const body = scenario.portal.body('app-ONCRMREQUISITEUSERFIELDUPDATE', {
      ts: scenario.portal.ts(),
    })
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(body)))
    const bodies = await Promise.all(answers.map((answer) => answer.json()))
    const stored = { accepted: true, sequence: 1 }
    expect(bodies.filter((answer) => !('duplicate' in Object(answer)))).toEqual([stored])
    expect(bodies.filter((answer) => 'duplicate' in Object(answer))).toEqual(
      Array.from({ length: 7 }, () => ({ ...stored, duplicate: true })),
    )
    expect((await scenario.view()).head).toBe(1)
  })

  it('nothing but the very token opens, whatever it begins with', async () => {
    await scenario.portal.installs()
    const near = [
      APPLICATION_TOKEN.toUpperCase(),
      APPLICATION_TOKEN.slice(0, -1),
      `${APPLICATION_TOKEN}0`,
      `${APPLICATION_TOKEN.slice(0, -1)}f`,
      `0${APPLICATION_TOKEN.slice(1)}`,
      APPLICATION_TOKEN.slice(0, 8),
    ]
    for (const token of near) {
      const answer = await post(
        scenario.portal.body('app-ONCRMDEALUPDATE', { 'auth[application_token]': token }),
      )
      expect({ token, status: answer.status }).toEqual({ token, status: 403 })
    }
    // PHP's loose comparison: an array, a zero, true.
    const loose = [[APPLICATION_TOKEN], 0, true, null, { toString: APPLICATION_TOKEN }]
    for (const token of loose) {
      const auth = { member_id: scenario.memberId, application_token: token }
      const body = JSON.stringify({ event: 'ONCRMDEALUPDATE', auth })
      expect((await post(body, { contentType: JSON_TYPE })).status).toBe(400)
    }
    expect((await scenario.view()).head).toBe(0)
  })

  it('a token of one portal opens no other', async () => {
    await scenario.portal.installs()
    const other = { 'auth[member_id]': 'b'.repeat(32) }
    expect((await post(scenario.portal.body('app-ONCRMDEALUPDATE', other))).status).toBe(403)
  })

  it('invisible characters make no event of another name, and no lifecycle event', async () => {
    await scenario.portal.installs()
    const names = [
      '\u200bONAPPUNINSTALL',
      'ONAPPUNINSTALL\u200b',
      'ONAPP\u00adUNINSTALL',
      'ONAPPUNINSTALL\ufeff',
      ' ONAPPUNINSTALL',
      'ONAPPUNINSTALL\0',
      'ONCRMREQUISITEUSERFIELD\u2060UPDATE',
    ]
    for (const [index, event] of names.entries()) {
      const body = scenario.portal.body('app-ONCRMREQUISITEUSERFIELDUPDATE', {
        event,
        ts: scenario.portal.ts(-index),
      })
      expect(await answerOf(await post(body))).toEqual({
        status: 200,
        body: { accepted: true, sequence: index + 1, quarantined: true },
      })
    }
    expect((await scenario.view()).state).toBe('active')
  })

  it('before an install nothing is open, not even where nothing is configured', async () => {
    const unset = {
      BITRIX24_CLIENT_ID: '',
      BITRIX24_CLIENT_SECRET: '',
      OUTGOING_WEBHOOK_TOKENS: '',
    }
    expect(await seen(await post(anEvent()))).toEqual(refusal('untrusted'))
    edge = new Edge(unset)
    expect(await seen(await post(anEvent()))).toEqual(refusal('untrusted'))
    edge = new Edge({ ...unset, TOKEN_KEYS: '' })
    const answer = await post(anEvent())
    expect(await answerOf(answer)).toEqual(refused('misconfigured'))
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })
})
