import { describe, expect, it } from 'vitest'
import { NO_PROOFS, provesHint, replaceSecret } from '../../../src/core/access/robot-hints.ts'

describe('the proofs of hints', () => {
  const first = replaceSecret(NO_PROOFS, 'one', 100)
  const second = replaceSecret(first, 'two', 200)

  it('hold the present secret only', () => {
    expect(['one', 'two', 'x'].map((hash) => provesHint(second, hash, null))).toEqual([
      false,
      true,
      false,
    ])
    expect(second.since).toBe(200)
  })

  it('believe a former secret for what was received in its time', () => {
    expect([199, 200].map((asOf) => provesHint(second, 'one', asOf))).toEqual([true, false])
  })

  it('are ended by a removal', () => {
    const removed = replaceSecret(second, null, 300)
    expect(removed).toMatchObject({ hash: null, since: null })
    expect([null, 299].map((asOf) => provesHint(removed, 'two', asOf))).toEqual([false, true])
  })

  it('remember a few former secrets', () => {
    let proofs = NO_PROOFS
    for (let at = 0; at < 20; at += 1) proofs = replaceSecret(proofs, `secret ${at}`, at)
    expect(proofs.former).toHaveLength(8)
    expect(proofs.former.at(-1)?.hash).toBe('secret 18')
  })
})
