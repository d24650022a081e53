/** Receivers are opened with the values of their portal, once, until a value changes. */
import { describe, expect, it } from 'vitest'
import type { Destination } from '../../../../src/destinations/settings/destination.ts'
import { Receivers } from '../../../../src/portal/lanes/sending/receivers.ts'
import { configured, machine, person } from '../../../support/builders/entries.ts'

const URL_TEXT = 'https://erp.example.com/'
const [OWN, FROM_VALUE] = configured([
  machine('own', { url: URL_TEXT }),
  machine('erp', { url: '$portal.ERP_URL' }),
])

/** The receivers of a portal with these values, which a test may change. */
function receiversWith(
  values: Map<string, string | null>,
  destinations: readonly Destination[] | null = configured([
    machine('own', { url: URL_TEXT }),
    machine('erp', { url: '$portal.ERP_URL' }),
  ]),
): Receivers {
  const config = { destinations, policy: { allowLocal: false } }
  return new Receivers({ config, values: { all: () => values, clear: () => values.clear() } })
}

function known(destination: Destination | undefined): Destination {
  if (destination === undefined) throw new Error('Cannot configure the destination')
  return destination
}

describe('Receivers.find()', () => {
  it('knows the configured destinations by name', () => {
    const receivers = receiversWith(new Map())
    expect([receivers.findDestination('own')?.name, receivers.findDestination('crm')]).toEqual([
      'own',
      null,
    ])
  })

  it('knows none while the configuration cannot be read', () => {
    expect(receiversWith(new Map(), null).findDestination('own')).toBeNull()
  })
})

describe('Receivers.open()', () => {
  it('opens a destination once', () => {
    const receivers = receiversWith(new Map())
    const opened = receivers.open(known(OWN))
    expect(opened?.paceKey).toContain('erp.example.com')
    expect(receivers.open(known(OWN))).toBe(opened)
  })

  it('fills a value of the portal in', () => {
    const receivers = receiversWith(new Map([['ERP_URL', URL_TEXT]]))
    expect(receivers.open(known(FROM_VALUE))?.paceKey).toContain('erp.example.com')
  })

  it.each([
    ['is missing', new Map<string, string | null>()],
    ['cannot be opened', new Map([['ERP_URL', null]])],
    ['makes no address', new Map([['ERP_URL', 'nonsense']])],
  ])('makes no receiver while its value %s', (_name, values) => {
    expect(receiversWith(values).open(known(FROM_VALUE))).toBeNull()
  })

  it('opens again only after everything that was opened is forgotten', async () => {
    const values = new Map<string, string | null>()
    const receivers = receiversWith(values)
    expect(receivers.open(known(FROM_VALUE))).toBeNull()
    values.set('ERP_URL', URL_TEXT)
    expect(receivers.open(known(FROM_VALUE))).toBeNull()
    await receivers.load()
    expect(receivers.open(known(FROM_VALUE))).not.toBeNull()
    receivers.clearValues()
    expect(receivers.open(known(FROM_VALUE))).toBeNull()
    expect(values.size).toBe(0)
  })
})

describe('Receivers.problems()', () => {
  const NO_URL = 'Must be an absolute https URL'

  it.each([
    ['is right', URL_TEXT, []],
    ['makes no address', 'nonsense', [`${NO_URL} (it comes from $portal.ERP_URL)`]],
    [
      'cannot be opened',
      null,
      [
        'Must be readable, but no key in TOKEN_KEYS opens the value ERP_URL of this portal: set it again',
      ],
    ],
    ['is missing', undefined, ['Must be available: this portal has no value ERP_URL']],
  ])('says of a value that %s what is wrong', (_name, value, problems) => {
    const values = new Map(value === undefined ? [] : [['ERP_URL', value] as const])
    const told = receiversWith(values).problems(known(FROM_VALUE))
    expect(told).toEqual(problems.map((problem) => ({ setting: 'url', problem })))
    expect(JSON.stringify(told)).not.toContain('nonsense')
  })

  it('names the value of each entry of a list, and leaves other settings as they are', () => {
    const [destination] = configured([
      machine('erp', { url: '$portal.ERP_URL', secret: ['$portal.OLD', '$portal.NEW'] }),
    ])
    const values = new Map([
      ['ERP_URL', URL_TEXT],
      ['OLD', `whsec_${btoa('an example secret of 32 bytes!!!')}`],
      ['NEW', 'short'],
    ])
    expect(receiversWith(values).problems(known(destination))).toEqual([
      {
        setting: 'secret',
        problem: expect.stringMatching(
          /^Entry 2 must be .*it comes from \$portal.OLD, \$portal.NEW\)$/,
        ),
      },
    ])
  })
})

describe('Receivers.fingerprint()', () => {
  async function hashOf(
    destination: Destination | undefined,
    values: [string, string | null][],
  ): Promise<string> {
    const receivers = receiversWith(new Map(values), [known(OWN), known(FROM_VALUE)])
    await receivers.load()
    return receivers.fingerprint(known(destination))
  }

  it('changes with each value that the destination names, and with no other', async () => {
    const hashes = await Promise.all([
      hashOf(FROM_VALUE, []),
      hashOf(FROM_VALUE, [['ERP_URL', null]]),
      hashOf(FROM_VALUE, [['ERP_URL', 'a']]),
      hashOf(FROM_VALUE, [['ERP_URL', 'b']]),
    ])
    // A value that is missing and one that cannot be opened are the same: none.
    expect(new Set(hashes).size).toBe(3)
    expect(await hashOf(OWN, [['ERP_URL', 'a']])).toBe(await hashOf(OWN, []))
  })

  it('is empty before it is computed, and of an unknown destination', async () => {
    const [erp, crm] = configured([machine('erp', { url: '$portal.ERP_URL' }), machine('crm')])
    const receivers = receiversWith(new Map(), [known(erp)])
    expect(receivers.fingerprint(known(erp))).toBe('')
    await receivers.load()
    expect(receivers.fingerprint(known(erp))).not.toBe('')
    expect(receivers.fingerprint(known(crm))).toBe('')
  })

  it('needs no configuration', async () => {
    await expect(receiversWith(new Map(), null).load()).resolves.toBeUndefined()
  })
})

describe('Receivers.hasValues()', () => {
  const [telegram] = configured([
    { name: 'tg', type: 'telegram', token: '$portal.BOT', chat: '$portal.CHAT' },
  ])

  it.each([
    ['needs every one', [['BOT', 'x']], false],
    [
      'has them',
      [
        ['BOT', 'x'],
        ['CHAT', 'y'],
      ],
      true,
    ],
    [
      'counts one that cannot be opened',
      [
        ['BOT', null],
        ['CHAT', 'y'],
      ],
      true,
    ],
  ] as const)('of a destination with two: %s', (_name, values, expected) => {
    expect(receiversWith(new Map(values)).hasValues(known(telegram))).toBe(expected)
  })

  it('of a destination without any is true', () => {
    const [chat] = configured([person('chat')])
    expect(receiversWith(new Map()).hasValues(known(chat))).toBe(true)
  })
})
