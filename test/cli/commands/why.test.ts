/** `why` from the command line: each kind of cause, with its remedy and its exit code. */
import { beforeAll, describe, expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'
import { SIGNING_SECRET } from '../../support/worker/runtime-bindings.ts'
import { MEMBER_ID } from '../../support/identity.ts'

const scenario = new CliScenario()
const { erp, crm } = scenario

beforeAll(async () => {
  await scenario.begins({
    DESTINATIONS: [
      { name: 'erp', type: 'webhook', url: erp.url, secret: SIGNING_SECRET },
      { name: 'crm', type: 'slack', url: crm.url },
      {
        name: 'deals',
        type: 'slack',
        url: 'https://hooks.slack.com/services/T/B/d',
        events: ['onCrmDeal*'],
      },
      { name: 'mine', type: 'slack', url: 'https://hooks.slack.com/services/T/B/m', users: ['!1'] },
      { name: 'own', type: 'slack', url: '$portal.SLACK_URL' },
    ],
  })
  erp.becomes('refuses')
  await scenario.sends()
  erp.becomes('fails')
  await scenario.sends(2)
})

function why(...args: readonly string[]) {
  return scenario.run(['why', 'acme.bitrix24.com', ...args])
}

describe('why', () => {
  it('tells that a message was delivered', async () => {
    expect(await why('1', 'crm')).toEqual({
      code: 0,
      err: '',
      out: `onCrmRequisiteUserFieldUpdate #1 of acme.bitrix24.com, received 2026-09-21 14:14:20Z
  ok  arrival      It came at 2026-09-21T14:14:20.096Z and is event 1 of the log

crm  delivered
  ok  delivery     The receiver has taken it at 2026-09-21T14:14:20.185Z
`,
    })
  })

  it('tells why one was parked', async () => {
    const { code, out } = await why('1', 'erp')
    expect(code).toBe(1)
    expect(out.split('\n').slice(3)).toEqual([
      'erp  parked',
      '  ok  filter       The destination takes this event',
      '  no  delivery     It was set aside after 1 attempt: The receiver refused it (http_400, HTTP 400)',
      '  cause: delivery, http_400',
      '  remedy: Only this message is concerned, and the lane went on. Replay it when the receiver or the template has changed',
      '',
    ])
  })

  it('tells that the receiver fails, for an event that waits behind another one', async () => {
    const { out } = await why('3', 'erp')
    expect(out).toMatch(/no {2}lane {9}3 failed attempts: .*\(http_503: HTTP 503, refused\)/u)
    expect(out).toMatch(/no {2}lane {9}Events go in order, and event 2 goes first/u)
    expect(out).toContain('cause: lane, http_503')
  })

  it.each([
    ['deals', 'event'],
    ['mine', 'user'],
    ['own', 'no_value'],
    ['epr', 'not_configured'],
  ])('tells the filter of %s', async (destination, reason) => {
    const { code, out } = await why('2', destination, '--json')
    const view = JSON.parse(out)
    expect([code, view.destinations[0].cause.reason]).toEqual([1, reason])
    expect(view.destinations[0].cause.remedy).not.toBeNull()
  })

  it('asks about the newest event of a name, for all destinations', async () => {
    const { out } = await why('oncrmrequisiteuserfieldupdate', '--json')
    const view = JSON.parse(out)
    expect(view.sequence).toBe(3)
    const answers = view.destinations.map((one: { destination: string; answer: string }) => [
      one.destination,
      one.answer,
    ])
    expect(Object.fromEntries(answers)).toEqual({
      erp: 'waiting',
      crm: 'delivered',
      deals: 'filtered',
      mine: 'filtered',
      own: 'filtered',
    })
  })

  it('tells of an event that never came that nothing asks for it', async () => {
    const { code, out } = await why('onCrmLeadAdd', 'crm')
    expect(code).toBe(1)
    expect(out).toBe(`onCrmLeadAdd of acme.bitrix24.com
  ok  install      The portal is known, and its events are taken
  no  binding      The configuration does not ask for onCrmLeadAdd; the glob * of a destination adds no event
  no  arrival      No event of this name is among the newest events of the log (3 were looked through)

crm  never_arrived
  no  filter       Its \`events\` do not name onCrmLeadAdd: onCrmRequisiteUserField*
  cause: binding, not_wanted
  remedy: Name onCrmLeadAdd in \`events\` of a destination, or in SUBSCRIBED_EVENTS
`)
  })

  it('tells of a bound event that never came', async () => {
    const { out } = await why('onCrmRequisiteUserFieldDelete', 'crm')
    expect(out).toContain('  ok  binding      The portal is bound to onCrmRequisiteUserFieldDelete')
    expect(out).toContain('  cause: arrival, never_arrived')
  })

  it('tells of a sequence that the log does not hold', async () => {
    expect(await why('99')).toEqual({
      code: 1,
      err: '',
      out: `event of acme.bitrix24.com
  no  arrival      The log ends with event 3
`,
    })
  })

  it('refuses what is no name of an event', async () => {
    expect(await why('deal updated')).toMatchObject({ code: 6, out: '' })
  })

  it('tells that the scope is missing, and that the application is gone', async () => {
    const other = new CliScenario()
    const task = ['ONTASKADD']
    other.portal.bitrix24.rest.offer = { own: ['ONCRMDEALADD'], all: ['ONCRMDEALADD', ...task] }
    await other.begins({ SUBSCRIBED_EVENTS: ['onTaskAdd'] })
    await other.sends()
    const ask = async () => {
      const { out } = await other.run(['why', 'acme.bitrix24.com', 'onTaskAdd', 'crm', '--json'])
      return JSON.parse(out).destinations[0].cause
    }
    expect(await ask()).toMatchObject({
      step: 'binding',
      reason: 'no_scope',
      remedy: expect.stringMatching(/^Add the scope .*: task$/u),
    })
    await other.plays(() => other.portal.uninstall({ clean: false }))
    await other.passes(5000)
    const { out } = await other.run(['why', MEMBER_ID, 'onTaskAdd', 'crm', '--json'])
    expect(JSON.parse(out).destinations[0].cause).toMatchObject({
      step: 'install',
      reason: 'uninstalled',
    })
  })

  it('tells that an operator has paused the lane', async () => {
    await scenario.run(['pause', 'erp', '--portal', 'acme.bitrix24.com'])
    expect((await why('3', 'erp')).out).toMatch(/cause: lane, paused\n {2}remedy: Resume the lane/u)
  })
})
