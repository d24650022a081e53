import { describe, expect, it } from 'vitest'
import { isMemberId } from '../../../src/core/access/member-id.ts'
import { MEMBER_ID } from '../../support/identity.ts'

describe('isMemberId()', () => {
  it.each([
    [MEMBER_ID, true],
    [MEMBER_ID.toUpperCase(), false],
    [MEMBER_ID.slice(1), false],
    [`${MEMBER_ID}0`, false],
    [`${MEMBER_ID}\n`, false],
    [MEMBER_ID.replace('a', 'g'), false],
    ['', false],
  ])('of %j is %s', (text, expected) => {
    expect(isMemberId(text)).toBe(expected)
  })
})
