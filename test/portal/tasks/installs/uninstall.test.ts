/**
 * G7: which notices end an installation, and that no answer of the portal awaited across the end is written. What is
 * deleted is tested in uninstaller.test.ts, and the portal's word about a notice in uninstall.confirmation.test.ts.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hashToken } from '../../../../src/storage/token-hash.ts'
import {
  ACCEPTED,
  RelayScenario,
  REFUSED,
  UNKNOWN_CLIENT_ID,
  said,
} from '../../../support/scenarios/relay-scenario.ts'
import { gate } from '../../../support/until.ts'
import { WITH_NEW_TOKEN } from '../../../support/worker/runtime-bindings.ts'
import { APPLICATION_TOKEN, WEBHOOK_TOKEN } from '../../../support/identity.ts'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(async () => {
  await scenario.close()
})

/** Holds back every answer of an address with this end until it is opened. */
function holdBack(end: string) {
  const held = gate()
  const seen = { asked: false, answered: false }
  scenario.network.handle(async ({ url }) => {
    if (!url.endsWith(end)) return null
    seen.asked = true
    await held.opened
    seen.answered = true
    return null
  })
  const isAsked = () => vi.waitFor(() => expect(seen.asked).toBe(true))
  const isAnswered = () => vi.waitFor(() => expect(seen.answered).toBe(true))
  return { isAsked, open: held.open, isAnswered }
}

describe('G7 uninstall', () => {
  it('ONAPPUNINSTALL deletes the tokens', async () => {
    await scenario.portal.installs()
    expect(await said(scenario.portal.uninstalls('keep-data'))).toEqual(ACCEPTED)
    const { application, hashes, generation } = await scenario.stored()
    expect({ application, hashes, generation }).toEqual({
      application: null,
      hashes: [],
      generation: 1,
    })
    expect(await scenario.record()).toMatchObject({ tokens: null, systemTokens: null, hashes: [] })
    expect((await scenario.view()).state).toBe('uninstalled')
    expect(await said(scenario.portal.sends())).toEqual(REFUSED)
  })

  it('ONAPPUNINSTALL needs the application token and the word of the portal alone', async () => {
    await scenario.portal.installs()
    await scenario.isSubscribed()
    const asked = scenario.network.sent.length
    expect(await said(scenario.portal.claimsUninstall('clean', WITH_NEW_TOKEN))).toEqual(REFUSED)
    expect((await scenario.view()).state).toBe('active')
    scenario.bitrix24.answers = false
    expect(await said(scenario.portal.uninstalls('clean'))).toEqual(ACCEPTED)
    const toOauth = scenario.network.sent.slice(asked).filter(({ url }) => url.includes('oauth'))
    expect(toOauth).toEqual([])
  })

  it.each(['keep-data', 'clean'] as const)(
    'ONAPPUNINSTALL (%s) whose first answer was lost is accepted at its second try',
    async (kind) => {
      await scenario.portal.installs()
      scenario.portal.removesApplication()
      const call = {
        tokenHash: await hashToken(scenario.memberId, APPLICATION_TOKEN),
        ts: scenario.portal.ts(),
        clean: kind === 'clean',
        receivedAt: scenario.time.now(),
      }
      expect(await scenario.object.uninstall(call)).toEqual({ kind: 'accepted' })
      const ended = await scenario.stored()
      expect(await scenario.object.uninstall(call)).toEqual({ kind: 'accepted' })
      expect(await scenario.stored()).toEqual({ ...ended, kvDirty: expect.any(Boolean) })
      const foreign = { ...call, tokenHash: await hashToken(scenario.memberId, WEBHOOK_TOKEN) }
      expect(await scenario.object.uninstall(foreign)).toEqual({ kind: 'untrusted' })
    },
  )

  it('ONAPPUNINSTALL of an ended token ends no later installation', async () => {
    await scenario.portal.installs()
    expect(await said(scenario.portal.uninstalls('clean'))).toEqual(ACCEPTED)
    scenario.time.passesWithoutAlarm('1 min')
    await scenario.portal.installs({ ts: scenario.portal.ts(), ...WITH_NEW_TOKEN })
    const call = { ts: scenario.portal.ts(5), clean: true }
    const tokenHash = await hashToken(scenario.memberId, APPLICATION_TOKEN)
    expect(await scenario.object.uninstall({ ...call, tokenHash })).toEqual({ kind: 'untrusted' })
    expect((await scenario.view()).state).toBe('active')
  })

  it("an outgoing webhook's token cannot uninstall", async () => {
    scenario.adapt = (settings) => ({
      ...settings,
      webhooks: [{ token: WEBHOOK_TOKEN, portal: scenario.memberId, rest: null }],
    })
    await scenario.portal.installs()
    const asWebhook = { 'auth[application_token]': WEBHOOK_TOKEN }
    expect((await scenario.portal.sends(asWebhook)).status).toBe(200)
    expect(await said(scenario.portal.uninstalls('clean', asWebhook))).toEqual(REFUSED)
    expect((await scenario.view()).state).toBe('active')
    expect((await scenario.view()).head).toBe(1)
  })

  it.each([-1, 0])('an install %i s after the uninstall is late and revives nothing', async (s) => {
    await scenario.portal.installs()
    const ts = scenario.portal.ts(-30)
    await scenario.portal.uninstalls('keep-data', { ts })
    expect(await said(scenario.portal.installs({ ts: ts + s }))).toEqual(REFUSED)
    expect((await scenario.stored()).application).toBeNull()
    expect(await said(scenario.portal.sends())).toEqual(REFUSED)
    expect(await said(scenario.portal.installs({ ts: ts + 1 }))).toEqual(ACCEPTED)
    expect((await scenario.portal.sends()).status).toBe(200)
  })

  it('a future time of an uninstall is clamped and does not outlive the present', async () => {
    await scenario.portal.installs()
    await scenario.portal.uninstalls('keep-data', { ts: 4_000_000_000 })
    scenario.time.passesWithoutAlarm('2 s')
    expect(await said(scenario.portal.installs({ ts: scenario.portal.ts() }))).toEqual(ACCEPTED)
  })

  it('a future time of an install is clamped and does not outlive the present', async () => {
    await scenario.portal.installs({ ts: 4_000_000_000 })
    scenario.time.passesWithoutAlarm('2 s')
    expect(
      await said(scenario.portal.uninstalls('keep-data', { ts: scenario.portal.ts() })),
    ).toEqual(ACCEPTED)
    expect((await scenario.view()).state).toBe('uninstalled')
  })

  it('an uninstall older than the install does nothing', async () => {
    await scenario.portal.installs({ ts: scenario.portal.ts(-100) })
    expect(
      await said(scenario.portal.claimsUninstall('clean', { ts: scenario.portal.ts(-101) })),
    ).toEqual(ACCEPTED)
    expect((await scenario.view()).state).toBe('active')
    expect((await scenario.stored()).generation).toBe(0)
  })
})

describe('an answer awaited across the uninstall is written nowhere', () => {
  it.each([
    ['app.info', null],
    ['app.info, which knows no token then', []],
  ])(
    '%s, awaited across it: the update is late and no token comes back',
    async (_, knownTokens) => {
      await scenario.portal.installs()
      const asked = holdBack('oauth.bitrix.info/rest/app.info')
      const update = scenario.portal.updatesToken({ ts: scenario.portal.ts() })
      await asked.isAsked()
      expect(
        await said(scenario.portal.uninstalls('keep-data', { ts: scenario.portal.ts(-100) })),
      ).toEqual(ACCEPTED)
      const before = await scenario.tables()
      scenario.bitrix24.knownTokens = knownTokens
      asked.open()
      expect(await said(update)).toEqual(REFUSED)
      const { application, hashes, installTs, refused } = await scenario.stored()
      expect({ application, hashes, installTs, reason: refused.reason }).toEqual({
        application: null,
        hashes: [],
        installTs: null,
        reason: 'late',
      })
      expect({ ...(await scenario.tables()), install: null }).toEqual({ ...before, install: null })
      expect(await scenario.record()).toMatchObject({ tokens: null, hashes: [] })
    },
  )

  it('app.info about a waiting install, awaited across it: nothing is trusted', async () => {
    scenario.adapt = (settings) => ({
      ...settings,
      applications: new Map([...settings.applications, [UNKNOWN_CLIENT_ID, 'secret']]),
    })
    await scenario.portal.installs()
    scenario.bitrix24.answers = false
    await scenario.portal.updatesToken({ ts: scenario.portal.ts(-400) })
    scenario.bitrix24.answers = true
    scenario.bitrix24.clientId = UNKNOWN_CLIENT_ID
    const asked = holdBack('oauth.bitrix.info/rest/app.info')
    scenario.time.passesWithoutAlarm('61 s')
    const alarm = scenario.time.alarmFires()
    await asked.isAsked()
    expect(
      await said(scenario.portal.uninstalls('keep-data', { ts: scenario.portal.ts(-100) })),
    ).toEqual(ACCEPTED)
    asked.open()
    await alarm
    expect(await scenario.stored()).toMatchObject({ application: null, hashes: [] })
    expect(await scenario.pending()).toBeNull()
    expect(await scenario.record()).toMatchObject({ tokens: null, hashes: [] })
  })

  it("the portal's answer about its subscriptions, awaited across it, is not noted", async () => {
    const asked = holdBack('/rest/event.get')
    await scenario.portal.installs()
    await asked.isAsked()
    await scenario.portal.uninstalls('keep-data', { ts: scenario.portal.ts(-100) })
    await scenario.kvFollows()
    const before = await scenario.stored()
    asked.open()
    await asked.isAnswered()
    await scenario.relay.restarts()
    expect(await scenario.stored()).toEqual(before)
  })

  it("the portal's answer about a field, awaited across it: nothing is known of a field any more", async () => {
    await scenario.portal.installs()
    const asked = holdBack('/rest/batch')
    await scenario.portal.sends()
    await asked.isAsked()
    const ts = scenario.portal.ts(-100)
    expect(await said(scenario.portal.uninstalls('keep-data', { ts }))).toEqual(ACCEPTED)
    // The event goes out thin, and what it owes of its field is owed to nobody.
    const { fields, reconciliation, log } = await scenario.tables()
    expect({ fields, reconciliation }).toEqual({ fields: [], reconciliation: [] })
    expect(log).toHaveLength(1)
    asked.open()
    await asked.isAnswered()
    await scenario.relay.restarts()
    expect((await scenario.tables())['fields']).toEqual([])
  })

  it.each(['digest', 'encrypt'] as const)(
    'crypto.subtle.%s, awaited across it: the update is refused as well',
    async (method) => {
      await scenario.portal.installs()
      const hash = await hashToken(scenario.memberId, APPLICATION_TOKEN)
      const held = gate()
      const original = crypto.subtle[method].bind(crypto.subtle)
      const asked = scenario.network.sent.length
      let holds = false
      const slow = async (...args: unknown[]): Promise<ArrayBuffer> => {
        // Whatever is hashed or sealed after the portal's last word belongs to the decision.
        const isDecided = scenario.network.sent
          .slice(asked)
          .some(({ url }) => url.endsWith('/profile'))
        holds ||= isDecided
        if (isDecided) await held.opened
        // Sound: the arguments go through as they came.
        return Reflect.apply(original, crypto.subtle, args) as Promise<ArrayBuffer>
      }
      vi.spyOn(crypto.subtle, method).mockImplementation(slow)
      const update = scenario.portal.updatesToken({ ts: scenario.portal.ts() })
      await vi.waitFor(() => expect(holds).toBe(true))
      const call = { tokenHash: hash, ts: scenario.portal.ts(-100), clean: false }
      scenario.portal.removesApplication()
      expect(await scenario.object.uninstall(call)).toEqual({ kind: 'accepted' })
      held.open()
      expect(await said(update)).toEqual(REFUSED)
      expect(await scenario.stored()).toMatchObject({ application: null, hashes: [] })
    },
  )

  it.each([
    ['clean', 'is written nowhere', 0],
    ['keep-data', 'stands, since the event does: it is not sent again', 1],
  ] as const)("a receiver's answer, awaited across it (%s), %s", async (kind, _what, fates) => {
    await scenario.portal.installs()
    const erp = scenario.receiver('erp')
    erp.answers(400)
    const held = erp.holds()
    await scenario.portal.sends()
    await vi.waitFor(() => expect(erp.count).toBe(1))
    erp.answers(200)
    expect(await said(scenario.portal.uninstalls(kind))).toEqual(ACCEPTED)
    held.open()
    await vi.waitFor(async () => {
      const lane = (await scenario.view()).lanes.find(({ destination }) => destination === 'erp')
      expect(lane?.cursor).toBe(1)
    })
    expect((await scenario.tables())['fates']).toHaveLength(fates)
    expect(erp.ids()).toEqual([`${scenario.memberId}-1`])
  })
})
