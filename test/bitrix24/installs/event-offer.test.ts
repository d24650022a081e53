/** What a portal offers, by the method `events`. */
import { expect, it } from 'vitest'
import { askOffer } from '../../../src/bitrix24/installs/event-offer.ts'
import { err, ok } from '../../../src/core/result.ts'
import { simulateCaller } from '../../support/network/simulated-caller.ts'

it('asks for what the scopes allow and for everything, in one request', async () => {
  const portal = simulateCaller((_, { FULL }) => ({
    result: FULL === undefined ? ['ONAPPTEST', 'onCrmDealAdd'] : ['ONAPPTEST', 'OnTaskAdd', 7, 'ä'],
  }))
  expect(await askOffer(portal.call)).toEqual(
    ok({ own: ['ONAPPTEST', 'ONCRMDEALADD'], all: ['ONAPPTEST', 'ONTASKADD'] }),
  )
  expect(portal.requests).toEqual(['batch'])
  expect(portal.commands).toEqual(['events', 'events FULL=1'])
})

it('goes without the second answer', async () => {
  const portal = simulateCaller((_, { FULL }) =>
    FULL === undefined ? { result: ['ONAPPTEST'] } : { error: 'ACCESS_DENIED' },
  )
  expect(await askOffer(portal.call)).toEqual(ok({ own: ['ONAPPTEST'], all: null }))
})

it.each([[{ result: {} }], [{ result: [] }], [{ error: 'ERROR_METHOD_NOT_FOUND' }]])(
  'takes %j for no answer',
  async (answer) => {
    expect(await askOffer(simulateCaller(() => answer).call)).toEqual(
      err({ kind: 'unreachable', code: 'malformed_answer', status: 200 }),
    )
  },
)
