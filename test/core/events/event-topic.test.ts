import { expect, it } from 'vitest'
import { spellDottedEvents, spellEvents } from '../../../src/core/events/event-topic.ts'

it('spellEvents() spells the events of a noun', () => {
  expect(spellEvents('onCrmDeal')).toEqual({
    onCrmDealAdd: 'added',
    onCrmDealUpdate: 'updated',
    onCrmDealDelete: 'deleted',
  })
})

it('spellDottedEvents() spells the dotted events of a noun', () => {
  expect(spellDottedEvents('CATALOG.PRICE')).toEqual({
    'CATALOG.PRICE.ON.ADD': 'added',
    'CATALOG.PRICE.ON.UPDATE': 'updated',
    'CATALOG.PRICE.ON.DELETE': 'deleted',
  })
})
