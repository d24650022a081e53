import { describe, expect, it } from 'vitest'
import { bindMissing } from '../../src/bitrix24/subscriptions.ts'

const HANDLER = 'https://relay.example.com/bitrix24/events'
const REQUEST = {
  endpoint: 'https://acme.bitrix24.com/rest/',
  token: 'access-canary',
  handler: HANDLER,
  events: ['ONAPPUPDATE', 'ONCRMDEALUPDATE'],
}

function portal(bound: readonly object[], refused: readonly string[] = []) {
  const calls: string[] = []
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const method = new URL(url).pathname.split('/').at(-1)
    const form = new URLSearchParams(String(init.body))
    const event = form.get('event')
    calls.push(event === null ? `${method}` : `${method} ${event} ${form.get('handler')}`)
    if (method === 'event.get') return Response.json({ result: bound })
    return event !== null && refused.includes(event)
      ? Response.json({ error: 'ERROR_EVENT_NOT_FOUND' }, { status: 400 })
      : Response.json({ result: true })
  }
  return { calls, deps: { fetch, policy: { allowLocal: false }, timeoutMs: 1000 } }
}

describe('bindMissing()', () => {
  it('binds what our handler does not have, and leaves other handlers alone', async () => {
    const { calls, deps } = portal([
      { event: 'ONAPPUPDATE', handler: HANDLER, auth_type: '0', offline: 0 },
      { event: 'ONCRMDEALUPDATE', handler: 'https://other.example.com/', offline: 0 },
      { event: 'ONCRMDEALUPDATE', handler: HANDLER, offline: 1 },
    ])
    expect(await bindMissing(REQUEST, deps)).toEqual({ ok: true, value: [] })
    expect(calls).toEqual(['event.get', `event.bind ONCRMDEALUPDATE ${HANDLER}`])
  })

  it('names what the portal refuses and goes on with the rest', async () => {
    const { calls, deps } = portal([], ['ONAPPUPDATE'])
    expect(await bindMissing(REQUEST, deps)).toEqual({ ok: true, value: ['ONAPPUPDATE'] })
    expect(calls).toHaveLength(3)
  })

  it('binds nothing where the present handlers cannot be read', async () => {
    const fetch = async () => Response.json({ error: 'WRONG_AUTH_TYPE' }, { status: 403 })
    const answer = await bindMissing(REQUEST, {
      fetch,
      policy: { allowLocal: false },
      timeoutMs: 1000,
    })
    expect(answer).toMatchObject({ ok: false, error: { code: 'WRONG_AUTH_TYPE' } })
  })
})
