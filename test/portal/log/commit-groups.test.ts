/** What a common commit means for each of its events, over the real log on Node. */
import { expect, it } from 'vitest'
import type { AppendRequest } from '../../../src/portal/log/append-request.ts'
import { CommitGroups } from '../../../src/portal/log/commit-groups.ts'
import { gate } from '../../support/until.ts'
import { EVENT_TS } from '../../support/builders/a-delivery.ts'
import { fieldEvent, FieldScenario } from '../../support/scenarios/field-scenario.ts'

// Sound: a column that must not be null makes the statement fail, whatever the types say.
const POISON = null as unknown as string

/** Sends events at once and returns their answers in the order in which they came; one that never comes is missing. */
async function sendAtOnce(scenario: FieldScenario, digests: readonly string[]): Promise<string[]> {
  const answers: string[] = []
  for (const digest of digests) {
    const event = fieldEvent({ id: 235, name: 'UF_CRM_TAX' }, 'updated', EVENT_TS)
    void scenario.portal.sends(event, digest).then(
      () => answers.push(`${digest} stored`),
      () => answers.push(`${digest} refused`),
    )
  }
  await scenario.time.passes('0 ms')
  return answers
}

// Events of one turn share a commit. It fails because of one of them, and each is tried alone.
it.each([
  [
    ['first', POISON, 'good'],
    ['first stored', 'null refused', 'good stored'],
  ],
  [
    ['first', 'good', POISON],
    ['first stored', 'good stored', 'null refused'],
  ],
])('of three events in one commit, %j, each has an answer of its own', async (digests, answers) => {
  const scenario = new FieldScenario()
  expect(await sendAtOnce(scenario, digests)).toEqual(answers)
  expect(scenario.entries().map(({ sequence }) => sequence)).toEqual([1, 2])
})

/** A request of which only its content hash matters. */
function aRequest(digest: string): AppendRequest {
  const none = { receipt: '', receivedAt: 1, tokenHash: '', event: '{}' }
  return { ...none, digest, quarantined: false, drained: false }
}

it('while a group becomes durable the next one gathers, up to the most events of one commit', async () => {
  const commits: string[][] = []
  const disk = gate()
  const groups = new CommitGroups({
    maxGroup: 2,
    write: (requests) => {
      commits.push(requests.map(({ digest }) => digest))
      return requests.map(() => ({ kind: 'untrusted' }))
    },
    durable: () => disk.opened,
  })
  const answered: string[] = []
  const add = (digest: string) => groups.add(aRequest(digest)).then(() => answered.push(digest))
  const first = add('a')
  await Promise.resolve()
  const others = ['b', 'c', 'd'].map(add)
  await Promise.resolve()
  expect(commits).toEqual([['a']])
  expect(answered).toEqual([])
  disk.open()
  await Promise.all([first, ...others])
  expect(commits).toEqual([['a'], ['b', 'c'], ['d']])
  expect(answered).toEqual(['a', 'b', 'c', 'd'])
})

it('an event whose group never becomes durable is refused', async () => {
  const groups = new CommitGroups({
    maxGroup: 2,
    write: (requests) => requests.map(() => ({ kind: 'untrusted' })),
    durable: () => Promise.reject(new Error('no disk today')),
  })
  await expect(groups.add(aRequest('a'))).rejects.toThrow('no disk today')
})
