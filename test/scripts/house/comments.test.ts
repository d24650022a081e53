import { expect, test } from 'vitest'
import { comments } from '../../../scripts/house/comments.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const LONG = 'a word '.repeat(18)

function problemsOf(file: string, text: string): readonly string[] {
  return comments.check(aProject({ [file]: text })).problems
}

test.each([
  ['a doc comment of one line', `/** ${LONG}*/\nexport const a = 1`, 1],
  ['a line of a block', `/**\n * ${LONG}\n */`, 2],
  ['a line behind slashes', `const a = 1\n  // ${LONG}`, 2],
])('%s may not be longer than 120 characters', (_case, text, line) => {
  expect(problemsOf('src/core/a.ts', text)).toEqual([
    `src/core/a.ts has a comment of more than 120 characters in line ${line}`,
  ])
})

test.each([
  ['an address', 'src/core/a.ts', `// https://example.com/${'a'.repeat(120)}`],
  ['code', 'src/core/a.ts', `const a = '${LONG}'`],
  ['a file that a script writes', 'src/dashboard/frame/script.ts', `// ${LONG}`],
  ['a test', 'test/core/a.test.ts', `// ${LONG}`],
])('%s may be longer', (_case, file, text) => {
  expect(problemsOf(file, text)).toEqual([])
})
