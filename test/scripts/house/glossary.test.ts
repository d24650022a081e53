import { expect, test } from 'vitest'
import { glossary } from '../../../scripts/house/glossary.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const PAGE = `# Glossary

- **lane**: A lane is the way of a destination along the log.
- **lane book**: The lane book holds all lanes of a portal.
- **deps**: Deps are the things that a part needs from outside.
`

const SOURCE = `/** A lane book, with its deps. */
export interface LaneBookDeps {}
export function openLanes(): void {}
`

function problemsOf(page: string, source = SOURCE, file = 'src/a.ts'): readonly string[] {
  return glossary.check(aProject({ 'docs/glossary.md': page, [file]: source })).problems
}

test('names that are made of entries are in order', () => {
  expect(problemsOf(PAGE)).toEqual([])
})

test('a noun without an entry is named, with its users', () => {
  const source = `${SOURCE}export class Deliverer {}\nexport type LaneDeliverer = Deliverer\n`
  expect(problemsOf(PAGE, source)).toEqual([
    '"deliverer" has no entry: Deliverer (src/a.ts) and 1 more',
  ])
})

test.each([
  ['the verb of a function', 'export function walkLane() {}'],
  ['a verb that makes a noun', 'export function walkLane() {}\nexport interface WalkDeps {}'],
  ['a word of programming', 'export type LaneText = string'],
  ['the state of a noun', 'export interface PausedLane {}'],
  ['the state that a function asks for', 'export function isLanePaused() {}'],
  ['a name that is not exported', 'class Deliverer {}'],
])('%s needs no entry', (_, source) => {
  expect(problemsOf(PAGE, `${SOURCE}${source}\n`)).toEqual([])
})

test.each([
  ['a verb alone', 'export function walkLane() {}\nexport type Walk = 1', 'walk'],
  ['a state alone', 'export interface Judged {}', 'judged'],
])('%s needs one as a type', (_, source, word) => {
  expect(problemsOf(PAGE, `${SOURCE}${source}\n`)).toEqual([
    expect.stringContaining(`"${word}" has no entry`),
  ])
})

test("a receiver's JSON uses the receiver's words, in its own folder", () => {
  const source = `${SOURCE}export interface SlackSection {}\nexport function escapeSlack() {}\n`
  expect(problemsOf(PAGE, source, 'src/destinations/slack/text.ts')).toEqual([])
  expect(problemsOf(PAGE, source)).toHaveLength(2)
})

test('the exports of every folder are read', () => {
  for (const folder of ['src', 'cli', 'playground', 'bench', 'scripts']) {
    const root = aProject({
      'docs/glossary.md': PAGE,
      'src/a.ts': SOURCE,
      [`${folder}/deep/b.ts`]: 'export class Deliverer {}\n',
    })
    expect(glossary.check(root).problems).toEqual([
      `"deliverer" has no entry: Deliverer (${folder}/deep/b.ts)`,
    ])
  }
})

test("a receiver's words are free in its part of the playground too", () => {
  const source = `${SOURCE}export interface SlackSection {}\nexport interface TelegramEntity {}\n`
  expect(problemsOf(PAGE, source, 'playground/receivers/slack-blocks.ts')).toEqual([
    '"telegram" has no entry: TelegramEntity (playground/receivers/slack-blocks.ts)',
    '"entity" has no entry: TelegramEntity (playground/receivers/slack-blocks.ts)',
  ])
})

test.each([
  ['- **lanes**: Lanes are ways.', '"lane" and "lanes" are one noun'],
  ['- **lane-book**: It is a list.', '"lane book" and "lane-book" are one noun'],
  [
    '- **path**: A path is the way of a destination along the log.',
    '"lane" and "path" are told by the same sentence',
  ],
  ['- **path**: A path, or lane, is a line.', '"lane" is another word for "path"'],
  ['- **path**: A path is also called a lane.', '"lane" is another word for "path"'],
])('two entries for one thing are found: %s', (line, problem) => {
  const source = `${SOURCE}/** Path. */\n`
  expect(problemsOf(`${PAGE}${line}\n`, source)).toEqual([problem])
})

test('an entry that nothing speaks of any more is named', () => {
  expect(problemsOf(`${PAGE}- **vault**: A vault seals.\n`)).toEqual([
    '"vault" is spoken of nowhere else',
  ])
})

test('a line of another form is named', () => {
  expect(problemsOf(`${PAGE}- lane: the way\n`)).toEqual([
    'docs/glossary.md: "- lane: the way" is not of the form "- **noun**: sentence."',
  ])
})
