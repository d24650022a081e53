import { describe, expect, test } from 'vitest'
import { way } from '../../../scripts/house/way.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const PAGE = `# Architecture

## The way of an event

1. \`http/bitrix24.ts\` takes the request.
2. \`src/edge/client.ts\` names the methods of the object.
3. \`portal/portal.ts\` stores it, and
   \`portal/lane.ts\` walks.
4. \`destinations/send.ts\` sends it.

Beside this way stands \`core/other.ts\`.

## Other files

1. \`core/other.ts\`
`

const FILES = {
  'ARCHITECTURE.md': PAGE,
  'src/index.ts': "export { Portal } from './portal/portal.ts'\n",
  'src/http/bitrix24.ts': "import type { Client } from '../edge/client.ts'\n",
  'src/edge/client.ts':
    "import type { Portal } from '../portal/portal.ts'\nexport type Client = Portal\n",
  'src/portal/portal.ts':
    "import { walk } from './lane.ts'\nexport class Portal {\n  go() {\n    walk()\n  }\n}\n",
  'src/portal/lane.ts':
    "import { send, type Sent } from '../destinations/send.ts'\nexport const walk = (): Sent => send()\n",
  'src/destinations/send.ts': 'export type Sent = void\nexport function send(): Sent {}\n',
}

function problemsOf(changed: Readonly<Record<string, string>>): readonly string[] {
  return way.check(aProject({ ...FILES, ...changed })).problems
}

test('a way on which each file leads to the next is in order', () => {
  expect(way.check(aProject(FILES))).toEqual({
    problems: [],
    summary: 'an event goes through 5 files, which use 0 more',
  })
})

test('a file that does not exist is named', () => {
  const page = PAGE.replace('portal/lane.ts', 'portal/gone.ts')
  expect(problemsOf({ 'ARCHITECTURE.md': page })).toEqual(['src/portal/gone.ts does not exist'])
})

test('a file that no earlier one imports is named', () => {
  expect(problemsOf({ 'src/portal/lane.ts': 'export const walk = () => {}\n' })).toEqual([
    'src/destinations/send.ts is imported by no file before it',
  ])
})

test('an import of types leads to no file with logic', () => {
  const text = "import type { Sent } from '../destinations/send.ts'\n"
  expect(problemsOf({ 'src/portal/lane.ts': `${text}export const walk = () => {}\n` })).toEqual([
    'src/destinations/send.ts is imported by no file before it',
  ])
})

test('only a file that the entry imports is reached by its type', () => {
  expect(problemsOf({ 'src/index.ts': '' })).toEqual([
    'src/portal/portal.ts is imported by no file before it',
  ])
})

test('the order counts', () => {
  const page = PAGE.replace('portal/portal.ts', 'x').replace('portal/lane.ts', 'portal/portal.ts')
  expect(problemsOf({ 'ARCHITECTURE.md': page.replace('`x`', '`portal/lane.ts`') })).toEqual([
    'src/portal/lane.ts is imported by no file before it',
  ])
})

test('the way begins with the route and ends with the sender', () => {
  const page = PAGE.replace('`http/bitrix24.ts`', 'Somebody').replace(
    '`destinations/send.ts`',
    'It',
  )
  expect(problemsOf({ 'ARCHITECTURE.md': page })).toEqual([
    'The way begins with src/edge/client.ts, not with src/http/bitrix24.ts',
    'The way ends with src/portal/lane.ts, not with src/destinations/send.ts',
  ])
})

test('more than 18 files are too many', () => {
  const files = Array.from({ length: 14 }, (_, index) => `destinations/more-${index}.ts`)
  const page = PAGE.replace('4. ', `4. ${files.map((file) => `\`${file}\``).join(' ')} `)
  const sender = files.map((file) => `import './${file.slice(13)}'\n`).join('')
  const more = Object.fromEntries(files.map((file) => [`src/${file}`, '']))
  const lane = FILES['src/portal/lane.ts']
  const imports = sender.replaceAll('./', '../destinations/')
  expect(
    problemsOf({ ...more, 'ARCHITECTURE.md': page, 'src/portal/lane.ts': imports + lane }),
  ).toEqual(['19 files are more than 18'])
})

describe('a part that is built', () => {
  const built = `import { Lane } from './lane.ts'
export class Portal {
  go() {
    const lane = new Lane()
    return { lane }
  }
}
`
  const lane = `import { send, type Sent } from '../destinations/send.ts'
export class Lane {
  walk(): Sent {
    return send()
  }
}
`
  const changed = { 'src/portal/portal.ts': built, 'src/portal/lane.ts': lane }

  test('is reached when an earlier file calls it', () => {
    const caller = `${FILES['src/http/bitrix24.ts']}export const walk = (deps: Deps) => deps.lane.walk()\n`
    expect(problemsOf({ ...changed, 'src/http/bitrix24.ts': caller })).toEqual([])
  })

  test('is named when nothing before calls it', () => {
    expect(problemsOf(changed)).toEqual([
      'src/portal/lane.ts is built before, and called by no file before it',
    ])
  })

  test.each([
    ['in a constructor', 'readonly #lane\n  constructor() {\n    this.#lane = new Lane()\n  }'],
    ['as a member', 'readonly #lane = new Lane()'],
  ])('inside of another part is reached when that part calls it: %s', (_, member) => {
    const whole = (work: string) => `import { Lane } from './lane.ts'
export class Portal {
  ${member}
  go() {
    ${work}
  }
}
`
    const portal = (work: string) => ({ ...changed, 'src/portal/portal.ts': whole(work) })
    expect(problemsOf(portal('this.#lane.walk()'))).toEqual([])
    expect(problemsOf(portal(''))).toEqual([
      'src/portal/lane.ts is built before, and called by no file before it',
    ])
  })
})

describe('the table of files that do a part of a step', () => {
  const tabled = (step: number, file: string) =>
    PAGE.replace('Beside this way', `| ${step} | \`${file}\` | looks |\n\nBeside this way`)

  test('is in order when a step up to this one leads to each', () => {
    const page = tabled(3, 'core/clock.ts')
    const lane = `import { now } from '../core/clock.ts'\n${FILES['src/portal/lane.ts']}`
    const clock = 'export const now = () => 1\n'
    const files = { 'src/portal/lane.ts': lane, 'src/core/clock.ts': clock }
    expect(problemsOf({ ...files, 'ARCHITECTURE.md': page })).toEqual([])
    const early = tabled(2, 'core/clock.ts')
    expect(problemsOf({ ...files, 'ARCHITECTURE.md': early })).toEqual([
      'src/core/clock.ts is imported by no file before it',
    ])
  })

  test('names no file that does not exist', () => {
    expect(problemsOf({ 'ARCHITECTURE.md': tabled(3, 'core/gone.ts') })).toEqual([
      'src/core/gone.ts does not exist',
    ])
  })
})
