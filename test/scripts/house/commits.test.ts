import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { commits, problemsOfSubject } from '../../../scripts/house/commits.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const HAS_GIT = spawnSync('git', ['--version']).status === 0

test.each([
  'fix(lanes): bring the cursor back',
  'feat: pass the seed on',
  'refactor(portal,edge): need no clock',
  'feat(http)!: refuse a body that is too long',
])('"%s" is in order', (subject) => {
  expect(problemsOfSubject(subject)).toEqual([])
})

test.each([
  ['Mend the cursor', 'is not of the form type(scope): imperative'],
  ['mend(lanes): keep the cursor', 'is not of the form type(scope): imperative'],
  ['fixup! fix(lanes): keep the cursor', 'is not of the form type(scope): imperative'],
  ['fix(lanes) keep the cursor', 'is not of the form type(scope): imperative'],
  ['fix(lanes): added a cursor', 'does not begin with an imperative: added'],
  ['fix(lanes): keeping the cursor', 'does not begin with an imperative: keeping'],
  ['fix(lanes): keeps the cursor', 'does not begin with an imperative: keeps'],
  ['fix(lanes): Keep the cursor', 'begins with a capital letter'],
  ['fix(lanes): keep the cursor.', 'ends with a full stop'],
  [`fix(lanes): keep ${'x'.repeat(56)}`, 'has 73 characters, more than 72'],
])('"%s" is refused', (subject, problem) => {
  expect(problemsOfSubject(subject)).toEqual([`"${subject}" ${problem}`])
})

test('a folder without history is skipped, and the rule says so', () => {
  expect(commits.check(aProject({ 'README.md': 'text' }))).toEqual({
    problems: [],
    summary: 'skipped, since git knows nothing of this folder',
  })
})

test.skipIf(!HAS_GIT)('the commits after the rule are looked at, and none before it', () => {
  const root = aProject({ 'scripts/house/commits.ts': 'text' })
  git(root, 'init', '--quiet')
  expect(commits.check(root).summary).toBe('skipped, since the rule is not committed yet')
  git(root, 'commit', '--allow-empty', '-m', 'Begin')
  git(root, 'add', '.')
  git(root, 'commit', '-m', 'Add the rule')
  git(root, 'commit', '--allow-empty', '-m', 'fix: keep the cursor')
  git(root, 'commit', '--allow-empty', '-m', 'Mend the cursor')
  expect(commits.check(root)).toEqual({
    problems: ['"Mend the cursor" is not of the form type(scope): imperative'],
    summary: '2 subjects since the rule',
  })
})

test.skipIf(!HAS_GIT)('a shallow clone is skipped, and the rule says so', () => {
  const root = aProject({ 'scripts/house/commits.ts': 'text' })
  git(root, 'init', '--quiet')
  git(root, 'add', '.')
  git(root, 'commit', '-m', 'Add the rule')
  git(root, 'commit', '--allow-empty', '-m', 'Mend the cursor')
  git(root, 'clone', '--quiet', '--depth=1', `file://${root}`, 'shallow')
  expect(commits.check(`${root}/shallow`)).toEqual({
    problems: [],
    summary: 'skipped, since the history is shallow',
  })
})

function git(root: string, ...args: readonly string[]): void {
  const who = ['-c', 'user.name=Anna', '-c', 'user.email=anna@example.com']
  const run = spawnSync('git', [...who, ...args], { cwd: root, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(run.stderr)
}
