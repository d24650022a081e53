/** A destination that is opened for a portal, and the hash by which a change of its settings is seen. */
import { describe, expect, test } from 'vitest'
import { HOUR_MS } from '../../../src/core/durations.ts'
import {
  openReceiver,
  fingerprintOf,
  type Destination,
} from '../../../src/destinations/settings/destination.ts'
import { telegram } from '../../../src/destinations/telegram/receiver.ts'
import { NO_MEMORY } from '../../../src/core/lanes/state/receiver-memory.ts'
import { cloudevents } from '../../../src/destinations/cloudevents/receiver.ts'
import { sendParcel } from '../../../src/destinations/send.ts'
import { SENT_AT, aDelivery } from '../../support/builders/a-delivery.ts'
import { aParcel, requestOf, STRICT } from '../../support/messages/opened-receiver.ts'

const TOKEN = `123456789:${'A'.repeat(35)}`

function aDestination(partial: Partial<Destination> = {}): Destination {
  return {
    name: 'alerts',
    type: telegram,
    typeName: 'telegram',
    filter: { events: ['*'], fields: [], portals: ['*'] },
    retryMs: 72 * HOUR_MS,
    timeoutMs: 10_000,
    unchanged: 'skip',
    digestSetting: null,
    batchSetting: null,
    language: 'en',
    template: null,
    settings: { token: TOKEN, chat: '-100123456' },
    portalValues: [],
    problems: [],
    ...partial,
  }
}

describe('openReceiver()', () => {
  test('fills portal values into settings, lists included', () => {
    const settings = { token: '$portal.TOKEN', chat: '-100123456', thread: ['$portal.NONE'] }
    const values = new Map([['TOKEN', TOKEN]])
    expect(openReceiver(aDestination({ settings }), values, STRICT)).toEqual({
      ok: false,
      error: [expect.objectContaining({ setting: 'thread' })],
    })
    const { thread: _thread, ...rest } = settings
    const opened = openReceiver(aDestination({ settings: rest }), values, STRICT)
    expect(opened.ok && opened.value.secrets).toContain(TOKEN)
  })

  test('opens a value that the portal does not have as an empty one', () => {
    const settings = { token: '$portal.TOKEN', chat: '-100123456' }
    expect(openReceiver(aDestination({ settings }), new Map(), STRICT)).toMatchObject({
      ok: false,
      error: [{ setting: 'token' }],
    })
  })

  test('hands on the language and the template', async () => {
    const destination = aDestination({ language: 'de', template: '{{lead}}' })
    const opened = openReceiver(destination, new Map(), STRICT)
    if (!opened.ok) throw new Error(JSON.stringify(opened.error))
    expect((await requestOf(opened.value)).body).toContain('Unternehmensdetails-Feld')
  })

  test('opens a port for this destination, and nothing else', () => {
    const open = (url: string, allowPorts: readonly number[]): boolean =>
      openReceiver(
        aDestination({ type: cloudevents, settings: { url }, allowPorts }),
        new Map(),
        STRICT,
      ).ok
    expect(open('https://erp.example.com:9443/', [])).toBe(false)
    expect(open('https://erp.example.com:9443/', [8080, 9443])).toBe(true)
    expect(open('https://erp.example.com:8443/', [9443])).toBe(true)
    expect(open('https://erp.example.com:9444/', [9443])).toBe(false)
    expect(open('https://10.0.0.1:9443/', [9443])).toBe(false)
    expect(open('https://169.254.169.254:9443/', [9443])).toBe(false)
    expect(open('http://erp.example.com:9443/', [9443])).toBe(false)
  })

  test('sends to that port', async () => {
    const settings = { url: 'https://erp.example.com:9443/' }
    const destination = aDestination({ type: cloudevents, settings, allowPorts: [9443] })
    const opened = openReceiver(destination, new Map(), STRICT)
    if (!opened.ok) throw new Error(JSON.stringify(opened.error))
    const called: string[] = []
    const { outcome } = await sendParcel(opened.value, aParcel(aDelivery()), {
      fetch: async (url) => {
        called.push(url)
        return new Response()
      },
      now: () => SENT_AT,
      timeoutMs: 1000,
      memory: NO_MEMORY,
    })
    expect(outcome).toMatchObject({ kind: 'delivered' })
    expect(called).toEqual(['https://erp.example.com:9443/'])
  })

  test('opens neither an unknown type nor one with problems', () => {
    const problems = [{ setting: 'chat', problem: 'Must be set' }]
    expect(openReceiver(aDestination({ problems }), new Map(), STRICT)).toEqual({
      ok: false,
      error: problems,
    })
    expect(openReceiver(aDestination({ type: null }), new Map(), STRICT)).toEqual({
      ok: false,
      error: [],
    })
  })
})

describe('fingerprintOf()', () => {
  const changes: readonly Partial<Destination>[] = [
    { typeName: 'slack' },
    { settings: { token: TOKEN, chat: '-100123457' } },
    { retryMs: 1 },
    { timeoutMs: 1 },
    { unchanged: 'send' },
    { filter: { events: ['*'], fields: ['UF_*'], portals: ['*'] } },
    { filter: { events: ['*'], fields: [], portals: ['*'], users: ['!512'] } },
    { filter: { events: ['*'], fields: [], portals: ['*'], when: ['data.ID = 7'] } },
    { digestSetting: { seconds: 30, max: 50 } },
    { batchSetting: { seconds: 30, max: 50 } },
    { batchSetting: { seconds: 0, max: 50 } },
    { language: 'ru' },
    { template: '{{title}}' },
    { allowPorts: [9443] },
  ]

  test('changes with each setting', async () => {
    const hashes = await Promise.all(
      [{}, ...changes].map((one) => fingerprintOf(aDestination(one))),
    )
    expect(new Set(hashes).size).toBe(changes.length + 1)
    for (const hash of hashes) expect(hash).toMatch(/^[\da-f]{64}$/)
  })

  test('is that of former versions where no port is allowed', async () => {
    const [absent, empty] = await Promise.all([
      fingerprintOf(aDestination()),
      fingerprintOf(aDestination({ allowPorts: [] })),
    ])
    expect(absent).toBe(empty)
    expect(absent).toBe('628d0d80a8df08f495f0fe52c62ba72f386825abe4863e30dddfa678eed09357')
  })

  test('does not change with what is only derived or named', async () => {
    const problems = [{ setting: 'chat', problem: 'Must be set' }]
    const hashes = [{}, { name: 'other' }, { problems }, { portalValues: ['TOKEN'] }]
    const all = await Promise.all(hashes.map((one) => fingerprintOf(aDestination(one))))
    expect(new Set(all).size).toBe(1)
  })

  test('is the one that lanes have stored', async () => {
    expect(await fingerprintOf(aDestination())).toBe(
      '628d0d80a8df08f495f0fe52c62ba72f386825abe4863e30dddfa678eed09357',
    )
  })
})
