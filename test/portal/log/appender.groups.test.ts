/** What a common commit means for each of its events, over the real log on Node. */
import { expect, it } from 'vitest'
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
