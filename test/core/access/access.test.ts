import { describe, expect, it } from 'vitest'
import {
  TROUBLE_REST_MS,
  isBlocked,
  remedyOfTrouble,
  statusOfTrouble,
  thinReasonOfTrouble,
  type AccessTrouble,
} from '../../../src/core/access/access.ts'

const NOW = 1_790_000_000_000

describe('a trouble with access', () => {
  it.each<[AccessTrouble, string, string, boolean]>([
    ['tokens_lost', 'tokens_lost', 'tokens_lost', true],
    ['uninstalled', 'uninstalled', 'tokens_lost', true],
    ['deleted', 'deleted', 'tokens_lost', true],
    ['suspended', 'suspended', 'access_denied', false],
    ['no_rights', 'no_rights', 'access_denied', false],
    ['method_confirmation', 'no_rights', 'access_denied', false],
    ['secret_refused', 'tokens_lost', 'access_denied', false],
    ['not_configured', 'tokens_lost', 'access_denied', false],
  ])('%s shows as %s, thins with %s, is final: %s', (trouble, status, reason, isFinal) => {
    expect(statusOfTrouble(trouble)).toBe(status)
    expect(thinReasonOfTrouble(trouble)).toBe(reason)
    const state = { trouble, code: '', at: NOW }
    expect(isBlocked(state, NOW + TROUBLE_REST_MS - 1)).toBe(true)
    expect(isBlocked(state, NOW + TROUBLE_REST_MS)).toBe(isFinal)
  })

  it('says what to do in one sentence, and no two say the same', () => {
    const all: AccessTrouble[] = [
      'tokens_lost',
      'uninstalled',
      'deleted',
      'suspended',
      'no_rights',
      'method_confirmation',
      'secret_refused',
      'not_configured',
    ]
    const remedies = all.map((trouble) => remedyOfTrouble(trouble))
    expect(new Set(remedies).size).toBe(all.length)
    for (const remedy of remedies) expect(remedy).toMatch(/^[A-Z].*[^.]$/u)
  })
})
