import { expect, test } from 'vitest'
import { sound } from '../../../scripts/house/sound.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

function problemsOf(file: string, text: string): readonly string[] {
  return sound.check(aProject({ [file]: text })).problems
}

test.each([
  'const a = b as C\n',
  '\nconst a = b as unknown as C\n',
  '// It is a C.\nconst a = b as C\n',
  '// Sound: it is a C.\n\nconst a = b as C\n',
  '// Sound: it is a C.\nconst d = e\nconst a = b as C\n',
  'const a = <C>b\n',
])('%j asserts a type without a reason', (text) => {
  const line = text.trimEnd().split('\n').length
  expect(problemsOf('src/core/glob.ts', text)).toEqual([
    `src/core/glob.ts:${line} asserts a type without a comment above it that says Sound:`,
  ])
})

test('an assertion in a page is named as well', () => {
  expect(problemsOf('src/dashboard/page.tsx', 'const a = <b>{c as D}</b>\n')).toHaveLength(1)
})

test.each([
  '// Sound: it is a C.\nconst a = b as C\n',
  '// Sound: it is a C, and one of two lines\n// says why.\nconst a = b as unknown as C\n',
  '/** A thing. Sound: it is a C. */\nexport const a = b as C\n',
  '// Sound: it is a C.\nconst a = find(\n  b,\n) as C\n',
  "const a = ['b'] as const\n",
  "import { a as b } from './c.ts'\n",
  'const a = b satisfies C\n',
])('%j keeps the rule', (text) => {
  expect(problemsOf('src/core/glob.ts', text)).toEqual([])
})

test('tests may assert a type', () => {
  expect(problemsOf('test/core/glob.test.ts', 'const a = b as C\n')).toEqual([])
})
