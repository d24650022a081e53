import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import { alignSubscriptions } from '../../../src/bitrix24/installs/subscriptions.ts'
import { err, ok } from '../../../src/core/result.ts'
import { simulateCaller } from '../../support/network/simulated-caller.ts'
import recorded from '../../fixtures/bitrix24/rest/event.get-200.json'

const HANDLER = 'https://relay.example.com/bitrix24/events'
const FORMER = 'https://former.example.com/bitrix24/events'

interface Row {
  readonly event: string
  readonly handler: string
  readonly auth_type: string
}

function row(event: string, handler = HANDLER, authType = 0): Row & JsonObject {
  return { event, handler, auth_type: String(authType), offline: 0 }
}

/** A portal that binds and unbinds; `userId` is the user to whom its bindings are tied, 0 for nobody. */
function bindingPortal(
  present: readonly JsonObject[],
  { answers = {}, userId = 0 }: { answers?: Record<string, JsonObject>; userId?: number } = {},
) {
  let rows = [...present]
  return simulateCaller((method, { event = '', handler = '', auth_type }) => {
    const prepared = answers[`${method} ${event}`] ?? answers[method]
    if (prepared) return prepared
    if (method === 'event.get') return { result: rows }
    const isMeant = (it: JsonObject) =>
      it['event'] === event &&
      it['handler'] === handler &&
      (auth_type === undefined || it['auth_type'] === auth_type)
    if (method === 'event.unbind') {
      const count = rows.filter(isMeant).length
      rows = rows.filter((it) => !isMeant(it))
      return { result: { count } }
    }
    rows.push(row(event, handler, userId))
    return { result: true }
  })
}

/**
 * Aligns a relay that was at a former host before. `bound` and `formerHosts` stand beside the result, since most
 * cases are about the other members.
 */
async function align(
  portal: ReturnType<typeof bindingPortal>,
  events: readonly string[] = ['ONAPPUPDATE', 'ONCRMDEALUPDATE'],
) {
  const hosts = ['former.example.com']
  const aligned = await alignSubscriptions({ handler: HANDLER, events, hosts }, portal.call)
  const changes = portal.commands.filter((command) => command !== 'event.get')
  if (!aligned.ok) return { result: aligned, bound: [], formerHosts: [], changes }
  const { bound, formerHosts, ...rest } = aligned.value
  return { result: ok(rest), bound, formerHosts, changes }
}

const DONE = { missing: [], unbound: [], fixedUser: [], others: [] }

describe('alignSubscriptions() and what is missing', () => {
  it('asks once and changes nothing when everything is bound', async () => {
    const portal = bindingPortal([row('ONAPPUPDATE'), row('onCrmDealUpdate')])
    expect((await align(portal)).result).toEqual(ok(DONE))
    expect(portal.requests).toEqual(['event.get'])
  })

  it('binds events with dots in their names, several in one batch', async () => {
    const portal = bindingPortal([row('ONAPPUPDATE')])
    const events = ['ONAPPUPDATE', 'CATALOG.PRODUCT.ON.ADD', 'PARTNER:VISIT-END']
    const { result, bound } = await align(portal, events)
    expect(result).toEqual(ok(DONE))
    expect(bound).toEqual(['CATALOG.PRODUCT.ON.ADD', 'PARTNER:VISIT-END'])
  })

  it('binds one event with a plain call and several with a batch', async () => {
    const one = bindingPortal([row('ONAPPUPDATE')])
    expect((await align(one)).result).toEqual(ok(DONE))
    expect(one.requests).toEqual(['event.get', 'event.bind', 'event.get'])
    const two = bindingPortal([])
    const { result, changes } = await align(two, ['ONAPPUPDATE', 'ONCRMDEALUPDATE', 'ONAPPUPDATE'])
    expect(result).toEqual(ok(DONE))
    expect(two.requests).toEqual(['event.get', 'batch', 'event.get'])
    expect(changes).toEqual([
      `event.bind event=ONAPPUPDATE handler=${HANDLER}`,
      `event.bind event=ONCRMDEALUPDATE handler=${HANDLER}`,
    ])
  })

  it('sends at most 50 in a batch', async () => {
    const events = Array.from({ length: 101 }, (_, index) => `ONCRM${index}`)
    const portal = bindingPortal([])
    expect((await align(portal, events)).result).toEqual(ok(DONE))
    expect(portal.requests).toEqual(['event.get', 'batch', 'batch', 'event.bind', 'event.get'])
    expect(portal.commands).toHaveLength(103)
  })

  it('does not count offline rows, other handlers and rows that are none as bound', async () => {
    const offline = { event: 'ONCRMDEALUPDATE', connector_id: '', offline: 1 }
    const present = [
      offline,
      { ...offline, handler: HANDLER, offline: '1' },
      row('ONCRMDEALUPDATE', 'https://relay.example.com/other/handler'),
      row('ONCRMDEALUPDATE', 'not an address'),
      row('no event', HANDLER),
      { event: 'ONCRMDEALUPDATE' },
      row('ONAPPUPDATE'),
    ]
    const { result, changes } = await align(bindingPortal(present))
    expect(result).toEqual(ok(DONE))
    expect(changes).toEqual([`event.bind event=ONCRMDEALUPDATE handler=${HANDLER}`])
  })

  it('takes "already binded" for success, alone and in a batch', async () => {
    const answers = {
      'event.bind ONCRMDEALUPDATE': {
        error: 'ERROR_CORE',
        error_description: 'Unable to set event handler: Handler already binded',
      },
    }
    expect((await align(bindingPortal([], { answers }))).result).toEqual(ok(DONE))
    const present = [row('ONAPPUPDATE')]
    expect((await align(bindingPortal(present, { answers }))).result).toEqual(ok(DONE))
  })

  it('names what it has bound, and not what was bound or is refused', async () => {
    const answers = { 'event.bind ONCRMDEALUPDATE': { error: 'ERROR_EVENT_NOT_FOUND' } }
    const events = ['ONAPPUPDATE', 'ONCRMDEALUPDATE', 'ONCRMLEADADD']
    const { bound } = await align(bindingPortal([row('ONAPPUPDATE')], { answers }), events)
    expect(bound).toEqual(['ONCRMLEADADD'])
  })

  it('names what the portal refuses, alone and in a batch', async () => {
    const answers = { 'event.bind ONCRMDEALUPDATE': { error: 'ERROR_EVENT_NOT_FOUND' } }
    const refusal = {
      event: 'ONCRMDEALUPDATE',
      kind: 'unknown_event',
      code: 'ERROR_EVENT_NOT_FOUND',
    } as const
    const expected = ok({ ...DONE, missing: [refusal] })
    expect((await align(bindingPortal([], { answers }))).result).toEqual(expected)
    const alone = bindingPortal([row('ONAPPUPDATE')], { answers })
    expect((await align(alone)).result).toEqual(expected)
    expect(alone.requests).toEqual(['event.get', 'event.bind'])
  })

  it('does not believe a binding that is not confirmed', async () => {
    const answers = { 'event.bind ONCRMDEALUPDATE': { result: false } }
    const { result } = await align(bindingPortal([], { answers }))
    const missing = [{ event: 'ONCRMDEALUPDATE', kind: 'other', code: '' } as const]
    expect(result).toEqual(ok({ ...DONE, missing }))
  })

  it.each([
    ['ACCESS_DENIED', 'no_rights'],
    ['insufficient_scope', 'no_scope'],
    ['INTERNAL_SERVER_ERROR', 'unanswered'],
    ['ERROR_WRONG_HANDLER_URL', 'other'],
  ] as const)('tells that one event of several was refused with %s', async (error, kind) => {
    const answers = { 'event.bind ONCRMDEALUPDATE': { error } }
    const events = ['ONAPPUPDATE', 'ONCRMDEALUPDATE', 'ONCRMLEADADD']
    const { result, bound } = await align(bindingPortal([], { answers }), events)
    expect(bound).toEqual(['ONAPPUPDATE', 'ONCRMLEADADD'])
    expect(result).toMatchObject({ value: { missing: [{ event: 'ONCRMDEALUPDATE', kind }] } })
  })
})

describe('alignSubscriptions() and what is not wanted', () => {
  const wanted = [row('ONAPPUPDATE'), row('ONCRMDEALUPDATE')]

  it('touches no handler of another path, as in the recorded answer', async () => {
    const others = [
      ...recorded.result,
      row('ONCRMLEADADD', 'https://relay.example.com/other/handler'),
      row('ONCRMLEADADD', 'https://relay.example.com/bitrix24/events/'),
      row('ONCRMLEADADD', 'https://relay.example.com/x/bitrix24/events'),
    ]
    const { result, changes } = await align(bindingPortal([...others, ...wanted]))
    expect(result).toEqual(ok(DONE))
    expect(changes).toEqual([])
  })

  it('unbinds events that are no longer wanted, with their fixed user', async () => {
    const present = [...wanted, row('ONCRMLEADADD'), row('ONCRMLEADADD', HANDLER, 15)]
    const { result, changes } = await align(bindingPortal(present))
    expect(result).toEqual(ok({ ...DONE, unbound: ['ONCRMLEADADD'] }))
    expect(changes).toEqual([
      `event.unbind event=ONCRMLEADADD handler=${HANDLER}`,
      `event.unbind event=ONCRMLEADADD handler=${HANDLER} auth_type=15`,
    ])
  })

  it('keeps lifecycle events at the current address', async () => {
    const present = [...wanted, row('ONAPPINSTALL'), row('ONAPPTEST'), row('ONOFFLINEEVENT')]
    expect((await align(bindingPortal(present))).changes).toEqual([])
  })

  it('clears a former address after the events are bound here', async () => {
    const present = [
      row('ONCRMDEALUPDATE', FORMER, 3),
      row('ONAPPUPDATE', FORMER),
      row('ONCRMLEADADD', FORMER),
      row('ONCRMDEALUPDATE', `${HANDLER}?old=1`),
    ]
    const { result, formerHosts, changes } = await align(bindingPortal(present))
    const unbound = ['ONCRMDEALUPDATE', 'ONAPPUPDATE', 'ONCRMLEADADD']
    expect(result).toEqual(ok({ ...DONE, unbound }))
    expect(formerHosts).toEqual(['former.example.com'])
    expect(changes).toEqual([
      `event.bind event=ONAPPUPDATE handler=${HANDLER}`,
      `event.bind event=ONCRMDEALUPDATE handler=${HANDLER}`,
      `event.unbind event=ONCRMDEALUPDATE handler=${FORMER} auth_type=3`,
      `event.unbind event=ONAPPUPDATE handler=${FORMER}`,
      `event.unbind event=ONCRMLEADADD handler=${FORMER}`,
      `event.unbind event=ONCRMDEALUPDATE handler=${HANDLER}?old=1`,
    ])
  })

  it('keeps an event at a former address that could not be bound here', async () => {
    const answers = { 'event.bind ONCRMDEALUPDATE': { error: 'ACCESS_DENIED' } }
    const present = [row('ONCRMDEALUPDATE', FORMER), row('ONAPPUPDATE', FORMER)]
    const { result, changes } = await align(bindingPortal(present, { answers }))
    const missing = [
      { event: 'ONCRMDEALUPDATE', kind: 'no_rights', code: 'ACCESS_DENIED' } as const,
    ]
    expect(result).toEqual(ok({ ...DONE, missing, unbound: ['ONAPPUPDATE'] }))
    expect(changes).not.toContain(`event.unbind event=ONCRMDEALUPDATE handler=${FORMER}`)
  })

  it('moves a lifecycle event from a former address only when it is bound here', async () => {
    const former = [row('ONAPPINSTALL', FORMER), row('ONOFFLINEEVENT', FORMER)]
    expect((await align(bindingPortal([...wanted, ...former]))).changes).toEqual([])
    const both = bindingPortal([...wanted, ...former, row('ONAPPINSTALL')])
    expect((await align(both)).changes).toEqual([
      `event.unbind event=ONAPPINSTALL handler=${FORMER}`,
    ])
  })

  it('reads an address that is only written differently as the same', async () => {
    const spelling = 'HTTPS://Relay.example.com:443/bitrix24/events'
    const present = [row('ONAPPUPDATE', spelling), row('ONCRMDEALUPDATE', spelling)]
    expect((await align(bindingPortal(present))).changes).toEqual([])
  })

  it.for<[string, JsonObject]>([
    ['refuses', { error: 'ACCESS_DENIED' }],
    ['cannot be reached for', { error: 'INTERNAL_SERVER_ERROR' }],
    ['finds nothing for', { result: { count: 0 } }],
  ])('does not name what the portal %s unbinding', async ([, answer]) => {
    const portal = bindingPortal([...wanted, row('ONCRMLEADADD')], {
      answers: { 'event.unbind': answer },
    })
    expect((await align(portal)).result).toEqual(ok(DONE))
  })
})

describe('alignSubscriptions() and another relay of the application', () => {
  const OTHER = 'https://other-relay.example.com:8443/bitrix24/events'

  it('leaves its bindings alone and names its host, once', async () => {
    const present = [
      row('ONAPPUPDATE', OTHER),
      row('ONCRMDEALUPDATE', OTHER, 15),
      row('ONCRMLEADADD', OTHER),
      row('ONCRMLEADADD'),
    ]
    const portal = bindingPortal(present)
    const { result, bound, changes } = await align(portal)
    expect(result).toEqual(
      ok({ ...DONE, unbound: ['ONCRMLEADADD'], others: ['other-relay.example.com:8443'] }),
    )
    expect(bound).toEqual(['ONAPPUPDATE', 'ONCRMDEALUPDATE'])
    expect(changes.filter((command) => command.includes('other-relay'))).toEqual([])
  })

  it('comes to rest with it: each is bound, and neither changes anything any more', async () => {
    const portal = bindingPortal([])
    const events = ['ONAPPUPDATE', 'ONCRMDEALUPDATE']
    const align = (handler: string) =>
      alignSubscriptions({ handler, events, hosts: [] }, portal.call)
    const quiet = { ...DONE, bound: [], formerHosts: [] }
    expect(await align(HANDLER)).toEqual(ok({ ...quiet, bound: events }))
    const others = ['relay.example.com']
    expect(await align(OTHER)).toEqual(ok({ ...quiet, bound: events, others }))
    expect(await align(HANDLER)).toEqual(ok({ ...quiet, others: ['other-relay.example.com:8443'] }))
    expect(await align(OTHER)).toEqual(ok({ ...quiet, others }))
  })
})

describe('alignSubscriptions() and fixed users', () => {
  it('names the wanted events here that have one', async () => {
    const present = [
      row('ONAPPUPDATE'),
      row('ONCRMDEALUPDATE'),
      row('ONCRMDEALUPDATE', HANDLER, 15),
      row('ONAPPUPDATE', 'https://relay.example.com/other/handler', 15),
      row('ONAPPINSTALL', HANDLER, 15),
    ]
    const { result } = await align(bindingPortal(present))
    expect(result).toEqual(ok({ ...DONE, fixedUser: ['ONCRMDEALUPDATE'] }))
  })

  it('names what has just been bound by somebody who is no administrator', async () => {
    const { result } = await align(bindingPortal([row('ONAPPUPDATE')], { userId: 15 }))
    expect(result).toEqual(ok({ ...DONE, fixedUser: ['ONCRMDEALUPDATE'] }))
  })
})

describe('alignSubscriptions() and failures', () => {
  it.for([[{}], [null], ['text']] as const)(
    'binds nothing when event.get answers %j',
    async ([result]) => {
      const portal = bindingPortal([], { answers: { 'event.get': { result } } })
      expect((await align(portal)).result).toEqual(
        err({ kind: 'unreachable', code: 'malformed_answer', status: 200 }),
      )
      expect(portal.requests).toEqual(['event.get'])
    },
  )

  it('binds nothing when event.get fails', async () => {
    const portal = bindingPortal([], { answers: { 'event.get': { error: 'WRONG_AUTH_TYPE' } } })
    const error = { kind: 'refused', code: 'WRONG_AUTH_TYPE', status: 400 } as const
    expect((await align(portal)).result).toEqual(err(error))
    expect(portal.requests).toEqual(['event.get'])
  })

  it('unbinds nothing when binding fails as a whole', async () => {
    const answers = { 'event.bind': { error: 'expired_token' } }
    const portal = bindingPortal([row('ONAPPUPDATE'), row('ONCRMLEADADD')], { answers })
    const error = { kind: 'expired', code: 'expired_token', status: 400 } as const
    expect((await align(portal)).result).toEqual(err(error))
    expect(portal.requests).toEqual(['event.get', 'event.bind'])
  })

  it('takes a handler that is no address for a bug', async () => {
    const portal = bindingPortal([])
    const wanted = { handler: '/bitrix24/events', events: [], hosts: [] }
    await expect(alignSubscriptions(wanted, portal.call)).rejects.toThrow(TypeError)
  })
})
