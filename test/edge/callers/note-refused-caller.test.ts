/** What the operator hears of a refused caller, in the log and in the directory's list. */
import { expect, it } from 'vitest'
import type { RefusedCaller } from '../../../src/core/refused-caller.ts'
import type { EdgeTally } from '../../../src/core/tallies/edge-tally.ts'
import { CallerMemory } from '../../../src/edge/callers/caller-memory.ts'
import { noteRefusedCaller } from '../../../src/edge/callers/note-refused-caller.ts'
import { NOTE_INTERVAL_MS, RefusalSampler } from '../../../src/edge/callers/refusal-sampler.ts'
import { aRefusedCaller } from '../../support/builders/a-refused-caller.ts'
import { MEMBER_ID } from '../../support/identity.ts'
import { NOW } from '../../support/time.ts'

/** An edge that notes; its directory fails as long as `failure` is set. */
function anEdge() {
  const memory = new CallerMemory()
  const lines: { readonly event: string; readonly fields: unknown }[] = []
  const noted: { readonly at: number; readonly edge: EdgeTally | undefined }[] = []
  const edge = { memory, lines, noted, failure: null as Error | null, note }
  const sampler = new RefusalSampler()
  const directory = {
    noteRefused: async ({ at }: RefusedCaller, tally?: EdgeTally) => {
      if (edge.failure !== null) throw edge.failure
      noted.push({ at, edge: tally })
    },
  }
  return edge

  function note(changes: Partial<RefusedCaller> = {}): Promise<void> {
    const logLine = (_level: string, event: string, fields: unknown) => {
      lines.push({ event, fields })
    }
    return noteRefusedCaller({ memory, sampler, directory, logLine }, aRefusedCaller(changes))
  }
}

it('writes a line and an entry for the first of a kind, and the entry takes the counts along', async () => {
  const { memory, lines, noted, note } = anEdge()
  memory.counts.noteRefused('untrusted')
  await note()
  await note({ at: NOW + 1 })
  const { memberId, network, request, reason } = aRefusedCaller()
  const fields = { memberId, known: false, network, request, reason }
  expect(lines).toEqual([{ event: 'caller_refused', fields }])
  expect(noted).toMatchObject([{ at: NOW, edge: { refused: { untrusted: 1 } } }])
  expect(memory.counts.take()).toBeUndefined()
})

it('says whether the edge knows the portal; a caller that names none is a stranger', async () => {
  const { memory, lines, note } = anEdge()
  memory.noteKnown(MEMBER_ID)
  await note({ memberId: MEMBER_ID })
  await note({ memberId: null })
  expect(lines).toMatchObject([
    { fields: { memberId: MEMBER_ID, known: true } },
    { fields: { memberId: null, known: false } },
  ])
})

it('leaves the counts to a later call while the sampler takes no entry', async () => {
  const { memory, noted, note } = anEdge()
  await note()
  memory.counts.noteRefused('untrusted')
  await note({ at: NOW + NOTE_INTERVAL_MS - 1 })
  expect(noted).toHaveLength(1)
  await note({ at: NOW + NOTE_INTERVAL_MS })
  expect(noted[1]?.edge?.refused).toEqual({ untrusted: 1 })
})

it('keeps the counts when the directory fails, writes a line without secrets, and does not reject', async () => {
  const edge = anEdge()
  const token = 'f'.repeat(70)
  edge.failure = new Error(`overloaded: auth=${token}`)
  edge.memory.counts.noteRefused('untrusted')
  await edge.note()
  expect(edge.lines.map(({ event }) => event)).toEqual(['caller_refused', 'refusal_unnoted'])
  expect(JSON.stringify(edge.lines)).not.toContain(token)
  edge.failure = null
  edge.memory.counts.noteRefused('untrusted')
  await edge.note({ at: NOW + NOTE_INTERVAL_MS })
  expect(edge.noted).toMatchObject([{ edge: { refused: { untrusted: 2 } } }])
})
