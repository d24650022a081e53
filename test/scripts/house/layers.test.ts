import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { LAYERS } from '../../../scripts/house/layer-table.ts'
import { layers } from '../../../scripts/house/layers.ts'
import { ROOMS } from '../../../scripts/house/room-table.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

function problemsOf(file: string, text: string): readonly string[] {
  return layers.check(aProject({ [file]: text })).problems
}

test('imports that the table allows are in order', () => {
  const root = aProject({
    'src/core/a.ts': "import * as v from 'valibot'\nimport { b } from './b.ts'\n",
    'src/portal/tasks/installs/a.ts':
      "import type { Log } from '../../log/log-store.ts'\nimport { World } from '../../world.ts'\n",
    'src/portal/tasks/a.ts': "import { append } from './log/append-event.ts'\n",
    'src/dashboard/pages/a.tsx': "import { html } from 'hono/html'\n",
    'cli/doctor/a.ts': "import { read } from '../../src/config/config.ts'\nimport 'node:fs'\n",
    'test/a.test.ts': "import page from '../README.md?raw'\nimport { a } from '../src/core/a.ts'\n",
  })
  expect(layers.check(root)).toEqual({ problems: [], summary: '10 imports of 6 files' })
})

describe('an import is refused', () => {
  test.each([
    ['of another folder', "import '../portal/portal.ts'"],
    ['of a type', "import type { Portal } from '../portal/portal.ts'"],
    ['that is passed on', "export { Portal } from '../portal/portal.ts'"],
    ['inside of a function', "export const load = () => import('../portal/portal.ts')"],
    ['inside of a type', "export type Portal = import('../portal/portal.ts').Portal"],
  ])('%s', (_name, line) => {
    expect(problemsOf('src/core/a.ts', `${line}\n`)).toEqual([
      'src/core/a.ts imports src/portal/portal.ts, and src/core may not',
    ])
  })

  test('of a test, in every folder of src', () => {
    for (const { place } of LAYERS.filter((layer) => layer.place.startsWith('src'))) {
      const file = place.endsWith('.ts') ? place : `${place}/a.ts`
      const up = '../'.repeat(file.split('/').length - 1)
      const target = 'test/support/time.ts'
      expect(problemsOf(file, `import '${up}${target}'\n`)).toEqual([
        `${file} imports ${target}, and ${place} may not`,
      ])
    }
  })

  test.each([
    ['src/core/a.ts', 'hono'],
    ['src/edge/a.ts', 'cloudflare:workers'],
    ['src/dashboard/a.tsx', 'hono'],
    ['src/dashboard/a.tsx', 'hono/cookie'],
    ['src/http/a.ts', 'node:fs'],
    ['cli/a.ts', 'hono'],
  ])('of a package, in %s: %s', (file, name) => {
    const place = file.slice(0, file.lastIndexOf('/'))
    expect(problemsOf(file, `import '${name}'\n`)).toEqual([
      `${file} imports ${name}, and ${place} may not`,
    ])
  })

  test.each([
    ['src/portal/log/a.ts', '../lanes/book/book.ts', 'src/portal/log'],
    ['src/portal/log/rows/a.ts', '../log-store.ts', 'src/portal/log/rows'],
    ['src/portal/lanes/a.ts', '../portal.ts', 'src/portal/lanes'],
    ['src/portal/views/a.ts', '../parts.ts', 'src/portal/views'],
    ['src/portal/tasks/installs/a.ts', '../log/tidy-log.ts', 'src/portal/tasks/installs'],
    ['src/edge/callers/a.ts', '../intake.ts', 'src/edge/callers'],
    ['src/dashboard/pages/event/a.tsx', '../overview-page.tsx', 'src/dashboard/pages/event'],
    ['cli/api/a.ts', '../commands/list.ts', 'cli/api'],
  ])('of another room, in %s: %s', (file, imported, room) => {
    expect(problemsOf(file, `import '${imported}'\n`)).toEqual([
      `${file} imports ${join(file, '..', imported)}, and the room ${room} may not`,
    ])
  })

  test.each([['./b-page.tsx'], ['./portal/event-list.tsx']])(
    'of another page, by a page: %s',
    (imported) => {
      expect(problemsOf('src/dashboard/pages/a.tsx', `import '${imported}'\n`)).toEqual([
        `src/dashboard/pages/a.tsx imports ${join('src/dashboard/pages', imported)}, and nothing in src/dashboard/pages imports another`,
      ])
    },
  )

  test.each([
    ["import { createParts } from '../parts.ts'"],
    ["import { createParts, type PortalParts } from '../parts.ts'"],
    ["import type { PortalParts } from '../parts.ts'\nimport { createParts } from '../parts.ts'"],
    ["import '../parts.ts'"],
    ["export { createParts } from '../parts.ts'"],
    ["export const load = () => import('../parts.ts')"],
  ])('of more than types, by a room that may import only the types of a file: %s', (line) => {
    expect(problemsOf('src/portal/tasks/a.ts', `${line}\n`)).toEqual([
      'src/portal/tasks/a.ts imports src/portal/parts.ts, and the room src/portal/tasks may import only its types',
    ])
  })

  test.each([
    ['src/portal/parts.ts', './tasks/start.ts', 'src/portal/tasks'],
    ['src/portal/lanes/rules.ts', './sending/pace.ts', 'src/portal/lanes/sending'],
  ])('of a room that imports the file, in %s: %s', (file, imported, room) => {
    expect(problemsOf(file, `import type { A } from '${imported}'\n`)).toEqual([
      `${file} imports ${join(file, '..', imported)}, and the room ${room} imports ${basename(file)}`,
    ])
  })

  test.each([
    ['src/core/a.ts', '../../cli/world.ts', 'src/core'],
    ['cli/a.ts', '../src/core/lanes/fate-of.ts', 'cli'],
    ['playground/a.ts', '../src/app.ts', 'playground'],
    ['scripts/a.ts', '../bench/main.ts', 'scripts'],
    ['bench/a.ts', '../cli/world.ts', 'bench'],
  ])('from outside of src, in %s: %s', (file, imported, place) => {
    expect(problemsOf(file, `import '${imported}'\n`)).toEqual([
      `${file} imports ${join(file, '..', imported)}, and ${place} may not`,
    ])
  })
})

test.each([
  ["import type { PortalParts } from '../parts.ts'"],
  ["import { type PortalParts } from '../parts.ts'"],
  ["export type { PortalParts } from '../parts.ts'"],
  ["export type Parts = import('../parts.ts').PortalParts"],
])('a room may import the types of a file whose types are allowed: %s', (line) => {
  expect(problemsOf('src/portal/tasks/a.ts', `${line}\n`)).toEqual([])
})

test('a folder or a room without a line in its table is refused as soon as it imports something', () => {
  expect(problemsOf('src/strange/a.ts', "import '../core/result.ts'\n")).toEqual([
    'src/strange/a.ts stands in no folder of scripts/house/layer-table.ts',
  ])
  expect(problemsOf('src/edge/strange/a.ts', "import '../two-tries.ts'\n")).toEqual([
    'src/edge/strange is no room of scripts/house/room-table.ts',
  ])
})

describe('the tables', () => {
  const places = [
    ...LAYERS.flatMap(({ place, imports }) => [place, ...imports]),
    ...ROOMS.flatMap(({ folder, shared, rooms }) => [
      ...shared.map((file) => `${folder}/${file}`),
      ...rooms.flatMap(({ room, imports, types }) =>
        [room, ...imports, ...types].map((name) => `${folder}/${name}`),
      ),
    ]),
  ]

  test('name nothing that is gone', () => {
    expect(places.filter((place) => !existsSync(join(ROOT, place)))).toEqual([])
  })

  test('let each room import only rooms below it', () => {
    const upward = ROOMS.flatMap(({ folder, rooms }) =>
      rooms.flatMap(({ room, imports }, index) =>
        imports
          .filter((name) => rooms.slice(0, index + 1).some((above) => above.room === name))
          .map((name) => `${folder}/${room} imports ${name}`),
      ),
    )
    expect(upward).toEqual([])
  })

  test('let each folder of src import only folders before it', () => {
    const inner = LAYERS.filter(({ place }) => place.startsWith('src/'))
    const upward = inner.flatMap(({ place, imports }, index) =>
      imports
        .filter((name) => inner.slice(index).some((later) => later.place === name))
        .map((name) => `${place} imports ${name}`),
    )
    expect(upward).toEqual([])
  })
})
