import { expect, test } from 'vitest'
import { deps } from '../../../scripts/house/deps.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const EIGHT = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

function members(names: readonly string[]): string {
  return `{ ${names.map((name) => `readonly ${name}: string`).join('; ')} }`
}

function problemsOf(text: string): readonly string[] {
  return deps.check(aProject({ 'src/a.ts': text })).problems
}

test('more than seven dependencies are named, and seven are not', () => {
  expect(problemsOf(`export interface LaneDeps ${members(EIGHT)}`)).toEqual([
    'LaneDeps in src/a.ts has 8 members, more than 7',
  ])
  expect(problemsOf(`export interface LaneDeps ${members(EIGHT.slice(1))}`)).toEqual([])
})

test('an act over most of the object may take nine parts', () => {
  expect(problemsOf(`export interface ViewParts ${members([...EIGHT, 'i'])}`)).toEqual([])
  expect(problemsOf(`export interface ViewParts ${members([...EIGHT, 'i', 'j'])}`)).toHaveLength(1)
})

test.each([
  ['extends', `interface Half ${members(EIGHT.slice(4))}\nexport interface LaneDeps extends Half `],
  ['joins', `interface Half ${members(EIGHT.slice(4))}\nexport type LaneDeps = Half & `],
  ['joins by a Pick', `export type LaneDeps = Pick<All, 'e' | 'f' | 'g' | 'h'> & `],
])('what a shape %s counts', (_how, head) => {
  expect(problemsOf(`${head}${members(EIGHT.slice(0, 4))}`)).toHaveLength(1)
  expect(problemsOf(`${head}${members(EIGHT.slice(0, 3))}`)).toEqual([])
})

test('what one dependency picks from a class is one', () => {
  const picks = `Pick<Log, ${EIGHT.map((name) => `'${name}'`).join(' | ')}>`
  expect(problemsOf(`export interface LaneDeps { readonly log: ${picks} }`)).toEqual([])
})

test('other shapes may have as many members as they need', () => {
  expect(problemsOf(`export interface Row ${members(EIGHT)}`)).toEqual([])
})

test.each([
  ['a parameter', 'function act(parts: PortalParts) {}'],
  ['a parameter that is taken apart', 'function act({ log }: PortalParts) {}'],
  ['a member', 'interface A { readonly parts: PortalParts }'],
  ['a type that joins it', "type AParts = PortalParts & Pick<PortalParts, 'log'>"],
  ['all but one', "type AParts = Omit<PortalParts, 'log'>"],
])('%s takes no whole object outside of what builds it', (_what, text) => {
  expect(problemsOf(text)).toEqual(['src/a.ts takes all of PortalParts'])
  const files = { 'src/portal/portal.ts': text, 'src/portal/parts.ts': text }
  expect(deps.check(aProject(files)).problems).toEqual([])
})

test('nine may be picked of the object, and ten may not', () => {
  const picks = (names: readonly string[]) =>
    `function act(parts: Pick<PortalParts, ${names.map((name) => `'${name}'`).join(' | ')}>) {}`
  expect(problemsOf(picks([...EIGHT, 'i']))).toEqual([])
  expect(problemsOf(picks([...EIGHT, 'i', 'j']))).toEqual([
    'src/a.ts picks 10 of PortalParts, more than 9',
  ])
  expect(problemsOf("type Log = PortalParts['log']")).toEqual([])
})

test("what a task takes for a step of it is the step's", () => {
  const nine = `Pick<PortalParts, ${[...EIGHT, 'i'].map((name) => `'${name}'`).join(' | ')}>`
  expect(problemsOf(`type VisitParts = ${nine} & PartsOf<typeof tidyLog>`)).toEqual([])
})

test.each(['src/portal/parts.ts', 'src/portal/fields/enricher.ts', 'src/app.ts'])(
  'what is spread into the list of a part that is built is found in %s',
  (file) => {
    const problems = (text: string) => deps.check(aProject({ [file]: text })).problems
    const spreads = [`${file} spreads into what Pump takes`]
    expect(problems('const pump = new Pump({ ...common, book })')).toEqual(spreads)
    expect(problems('const pump = new Pump({ ...this.#deps, book })')).toEqual(spreads)
    expect(problems('const pump = new Pump({ ...(isOn && common), book })')).toEqual(spreads)
    expect(problems('const pump = new Pump({ world, book })')).toEqual([])
    expect(problems('const pump = new Pump({ world, ...(isOn && { book }) })')).toEqual([])
  },
)

test.each([
  ['a function', (type: string) => `function createLanes(given: ${type}) {}`],
  ['a function that is exported', (type: string) => `export function createLanes(a: ${type}) {}`],
  ['a function that takes it apart', (type: string) => `function createLanes({ a }: ${type}) {}`],
  ['an arrow', (type: string) => `const createLanes = ({ a }: ${type}) => a`],
])('each argument of %s that builds parts of a portal has at most nine members', (_what, made) => {
  const file = 'src/portal/lanes/create-lanes.ts'
  const problems = (text: string) => deps.check(aProject({ [file]: text })).problems
  const nine = members([...EIGHT, 'i'])
  const ten = members([...EIGHT, 'i', 'j'])
  const problem = `argument 1 of createLanes in ${file} has 10 members, more than 9`
  expect(problems(made(ten))).toEqual([problem])
  expect(problems(`interface Given ${ten}\n${made('Given')}`)).toEqual([problem])
  expect(problems(`interface Given ${nine}\n${made("Given & Pick<All, 'j'>")}`)).toEqual([problem])
  expect(problems(`interface Given ${nine}\n${made('Given')}`)).toEqual([])
})

test('a further argument of a function that builds parts is counted too', () => {
  const text = `function createLanes(log: Log, given: ${members([...EIGHT, 'i', 'j'])}) {}`
  expect(deps.check(aProject({ 'src/portal/lanes/a.ts': text })).problems).toHaveLength(1)
  // Neither the builders nor what stands outside of a portal's object is counted.
  expect(problemsOf(text)).toEqual([])
  expect(deps.check(aProject({ 'src/portal/parts.ts': text })).problems).toEqual([])
})

test('two files that call different shapes by one name are counted each by its own', () => {
  const factory = 'function createLanes(given: Given) {}'
  const files = {
    'src/portal/a.ts': `interface Given ${members([...EIGHT, 'i', 'j'])}\n${factory}`,
    'src/portal/b.ts': `interface Given ${members(EIGHT)}\n${factory}`,
  }
  expect(deps.check(aProject(files)).problems).toEqual([
    'argument 1 of createLanes in src/portal/a.ts has 10 members, more than 9',
  ])
})
