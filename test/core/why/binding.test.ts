/** Whether a portal is bound to an event, as far as the last look at the bindings tells. */
import { describe, expect, it } from 'vitest'
import { findBinding, type BindingTerms } from '../../../src/core/why/binding.ts'

const DEAL = 'ONCRMDEALUPDATE'

/** A portal with an application, of which the configuration wants the updates of deals. */
function terms(partial: Partial<BindingTerms> = {}): BindingTerms {
  return {
    wanted: { names: [DEAL], globs: [], noNames: [] },
    wantedEvents: [DEAL],
    hasApplication: true,
    hasWebhook: false,
    subscriptions: { checkedAt: 1, missing: [] },
    ...partial,
  }
}

const NO_SCOPE = { event: DEAL, reason: 'no_scope', detail: 'crm' } as const

describe('findBinding()', () => {
  it.each<[string, string, Partial<BindingTerms>, object]>([
    ['is bound after a look that missed nothing', DEAL, {}, { kind: 'bound' }],
    [
      'is unchecked before the first look',
      DEAL,
      { subscriptions: { checkedAt: null, missing: [] } },
      { kind: 'unchecked' },
    ],
    ['is not wanted when nothing names it', 'ONCRMLEADADD', {}, { kind: 'not_wanted' }],
    [
      'has to be ticked by hand without an application',
      DEAL,
      { hasApplication: false },
      { kind: 'by_hand' },
    ],
    [
      'comes by an outgoing webhook whatever the configuration wants to be bound',
      'ONCRMLEADADD',
      { hasApplication: false, hasWebhook: true },
      { kind: 'by_hand' },
    ],
    [
      'may come by the outgoing webhook beside the application, where it is not wanted',
      'ONCRMLEADADD',
      { hasWebhook: true },
      { kind: 'by_hand' },
    ],
    ['is bound by the application first', DEAL, { hasWebhook: true }, { kind: 'bound' }],
    ['comes by itself when no portal can bind it', 'ONAPPINSTALL', {}, { kind: 'own' }],
    [
      'is missing with its reason',
      DEAL,
      { subscriptions: { checkedAt: 1, missing: [DEAL], missingBecause: [NO_SCOPE] } },
      { kind: 'missing', because: NO_SCOPE },
    ],
    [
      'is missing without a reason in a row of an older version',
      DEAL,
      { subscriptions: { checkedAt: 1, missing: [DEAL] } },
      { kind: 'missing', because: null },
    ],
    [
      'is missing when the glob that stands for it is',
      DEAL,
      {
        wanted: { names: [], globs: ['onCrmDeal*'], noNames: [] },
        wantedEvents: [],
        subscriptions: {
          checkedAt: 1,
          missing: ['onCrmDeal*'],
          missingBecause: [{ ...NO_SCOPE, event: 'onCrmDeal*' }],
        },
      },
      { kind: 'missing', because: { event: 'onCrmDeal*' } },
    ],
    [
      'is wanted of one type when the event of all types is bound',
      'ONCRMDYNAMICITEMADD_128',
      { wanted: { names: ['ONCRMDYNAMICITEMADD'], globs: [], noNames: [] } },
      { kind: 'bound' },
    ],
  ])('%s', (_case, event, partial, expected) => {
    expect(findBinding(event, terms(partial))).toMatchObject(expected)
  })
})
