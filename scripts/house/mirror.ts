/**
 * `test/` mirrors `src/`: `src/core/glob.ts` is tested by `test/core/glob.test.ts`, and a further aspect of it by
 * `test/core/glob.speed.test.ts`, and `cli/` by `test/cli`. A file without any function body needs no test. `test/bench`,
 * `test/playground` and `test/scripts` stand beside the folders of these names in the same way, as far as there are tests.
 */
import { holdsLogic, listFiles, type Rule } from './source.ts'

/** Tests that belong to no single file. */
const ACROSS = ['browser', 'built', 'e2e', 'repository', 'simulation', 'upgrade']

/** Every source file with logic has its test, and every test its source file. */
export const mirror: Rule = {
  name: 'mirror',
  check(root) {
    const sources = ['src', 'cli']
      .flatMap((folder) => listFiles(root, folder))
      .filter((file) => !file.endsWith('.d.ts'))
    const tests = listFiles(root, 'test', '.test.ts')
    const needed = sources.filter((file) => holdsLogic(root, file))
    const missing = needed
      .map((source) => [source, testOf(source)] as const)
      .filter(([, test]) => !tests.includes(test))
      .map(([source, test]) => `${source} holds logic and has no ${test}`)
    const scripts = ['.ts', '.mjs'].flatMap((ending) => listFiles(root, 'scripts', ending))
    const known = new Set(
      [...sources, ...listFiles(root, 'playground'), ...listFiles(root, 'bench'), ...scripts].map(
        testOf,
      ),
    )
    const strange = tests
      .filter((test) => !ACROSS.some((folder) => test.startsWith(`test/${folder}/`)))
      .filter((test) => !known.has(test) && !known.has(withoutAspect(test)))
      .map((test) => `${test} names no source file`)
    return {
      problems: [...missing, ...strange],
      summary: `${needed.length} of ${sources.length} source files hold logic, ${tests.length} tests`,
    }
  },
}

/** The place of a file's test. */
function testOf(file: string): string {
  return `test/${file.replace(/^src\//, '').replace(/\.(?:tsx?|mjs)$/, '')}.test.ts`
}

/** The first test of a file, whose further aspect this one is. */
function withoutAspect(test: string): string {
  return test.replace(/\.[^./]+\.test\.ts$/, '.test.ts')
}
