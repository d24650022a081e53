/** docs/payloads.md shows what machines get: its examples, its members and its kinds of events are those of the code. */
import { describe, expect, it, test } from 'vitest'
import page from '../../docs/payloads.md?raw'
import { FIELD_ACTION_NAMES, FIELD_FAMILY_NAMES } from '../../src/core/events/event-names.ts'
import { EVENT_TOPICS } from '../../src/core/events/topics.ts'
import type { EventData } from '../../src/destinations/event-body.ts'
import { MACHINE_STATUSES } from '../../src/destinations/profile.ts'
import { PAYLOAD_EXAMPLES } from '../support/messages/payload-examples.ts'

const PROGRAMS = import.meta.glob<string>('../../examples/receivers/*', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Every member of `data`: the compiler refuses a list that lacks one. */
const MEMBERS: Record<keyof EventData, true> = {
  event: true,
  portal: true,
  sequence: true,
  previousSequence: true,
  origin: true,
  receivedAt: true,
  user: true,
  users: true,
  fields: true,
  field: true,
  changes: true,
  toldBy: true,
  covers: true,
  completes: true,
  repeats: true,
  readAt: true,
  enrichment: true,
  enrichmentReason: true,
  link: true,
  subject: true,
  handlerId: true,
  payload: true,
  replayed: true,
}

/** The rows of the table whose header begins with this column: the cells of each, without blanks at their ends. */
function rowsOf(column: string): readonly (readonly string[])[] {
  const start = page.indexOf(`\n| ${column} |`)
  const end = page.indexOf('\n\n', start + 1)
  const rows = page
    .slice(start, end < 0 ? undefined : end)
    .trim()
    .split('\n')
    .slice(2)
  return rows.map((row) => row.slice(2, -2).split(' | '))
}

function wordsIn(cell = ''): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/gu)].map(([, word = '']) => word)
}

const examples = [...page.matchAll(/<!-- example: (\w+) -->\n\n```json\n(.*?)\n```/gsu)].map(
  ([, name = '', json = '']) => ({ name, json }),
)

describe('the examples of docs/payloads.md', () => {
  it('are all of those that the code makes', () => {
    const names = Object.keys(PAYLOAD_EXAMPLES)
    expect(examples.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
    expect(page.split('```json').length - 1).toBe(names.length)
  })

  it.each(examples)('$name is what a receiver gets', ({ name, json }) => {
    // As it goes over the wire, where a member without a value is absent.
    const made = JSON.stringify(PAYLOAD_EXAMPLES[name])
    expect(JSON.stringify(JSON.parse(json))).toBe(made)
  })

  it('of programs stand in the files, line by line', () => {
    const blocks = [...page.matchAll(/```(?:js|php|python)\n(.*?)\n```/gsu)]
    const files = Object.values(PROGRAMS)
    expect(blocks).toHaveLength(files.length)
    for (const [, block = ''] of blocks) {
      expect(files.filter((file) => file.includes(block))).toHaveLength(1)
    }
  })
})

describe('the tables of docs/payloads.md', () => {
  test('each member of `data` is explained, and no other', () => {
    const members = rowsOf('member of `data`').map(([name = '']) => wordsIn(name)[0])
    expect(members).toEqual(Object.keys(MEMBERS))
  })

  test('each kind of event stands with its events and its scope, but those that reach nobody', () => {
    const wanted = EVENT_TOPICS.map(({ kind, events, scope }) => ({
      kind,
      events: Object.keys(events).filter((name) => !name.toUpperCase().startsWith('ONAPP')),
      scope: scope === null ? [] : [scope],
    })).filter(({ events }) => events.length > 0)
    const told = rowsOf('`subject.kind`').map(([kind = '', events, scope]) => ({
      kind: wordsIn(kind)[0],
      events: wordsIn(events),
      scope: wordsIn(scope),
    }))
    expect(told).toEqual(wanted)
  })

  test('the families and actions of fields are named', () => {
    const [, sentence = ''] =
      /^`type` is ([^|]*?)\.\s+For\s+every\s+other\s+event/mu.exec(page) ?? []
    expect(wordsIn(sentence).slice(1)).toEqual([...FIELD_FAMILY_NAMES, ...FIELD_ACTION_NAMES])
  })

  test('the answers are those of the profile', () => {
    const answers = rowsOf('your answer').map(([answer]) => answer)
    const known = MACHINE_STATUSES.map(({ statuses }) => statuses.join(', '))
    expect(answers.filter((answer) => /^\d/u.test(answer ?? ''))).toEqual(known)
  })
})
