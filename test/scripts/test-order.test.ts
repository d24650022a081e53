import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TestSpecification, Vitest } from 'vitest/node'
import { LONG_FILES, TestOrder, PROJECTS } from '../../scripts/test-order.ts'

const ROOT = join(import.meta.dirname, '../..')

test('names every project of vitest.config.ts, and files that exist', () => {
  const text = readFileSync(join(ROOT, 'vitest.config.ts'), 'utf8')
  const names = [...text.matchAll(/ name: '(\w+)'/g)].map(([, name]) => name)
  expect(PROJECTS.toSorted()).toEqual(names.toSorted())
  expect(LONG_FILES.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
})

test('begins with long files, and keeps those of a project together', async () => {
  const sequence = { groupOrder: 0 }
  const file = (name: string, path: string) => ({
    moduleId: join(ROOT, path),
    project: { name, vitest: { config: { root: ROOT } }, config: { sequence, isolate: false } },
  })
  const quick = file('pure', 'test/core/glob.test.ts')
  const session = file('built', 'test/built/session.test.ts')
  const relay = file('built', 'test/built/relay.test.ts')
  const histories = file('simulated', 'test/simulation/simulation.test.ts')
  const cli = file('simulated', 'test/cli/world.test.ts')
  const cache = { getTestSpecificationResult: () => ({ failed: false, duration: 1 }) }
  // Sound: the sequencer asks vitest for nothing else, and the files for nothing else.
  const sequencer = new TestOrder({ cache } as unknown as Vitest)
  const files = [quick, cli, relay, session, histories] as unknown as TestSpecification[]
  // oxlint-disable-next-line unicorn/no-array-sort -- vitest gives this method its name
  expect(await sequencer.sort(files)).toEqual([histories, cli, session, relay, quick])
})
