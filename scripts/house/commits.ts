/**
 * The subject of a commit says what it does: `type(scope): imperative`, in at most 72 characters. The rule looks at the
 * commits that came after the one that brought this file. Where git or the history is missing, as in a download or a
 * shallow clone, it says so and looks at nothing.
 */
import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import type { Rule } from './source.ts'

const MOST = 72

const TYPES = 'build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test'

const SUBJECT = new RegExp(`^(?:${TYPES})(?:\\([a-z\\d][a-z\\d,-]*\\))?!?: (.+)$`)

/** Imperatives with an ending that otherwise tells another form of a verb. */
const IMPERATIVES =
  /^(?:bring|embed|exceed|feed|need|ping|proceed|seed|shed|speed|spring|string|succeed|\w*ss|\w*us)$/

/** Every subject since the rule has the form. */
export const commits: Rule = {
  name: 'commits',
  check(root) {
    const subjects = readSubjects(root)
    if (typeof subjects === 'string') return { problems: [], summary: `skipped, since ${subjects}` }
    return {
      problems: subjects.flatMap(problemsOfSubject),
      summary: `${subjects.length} subjects since the rule`,
    }
  },
}

/** What is wrong with the subject of a commit. */
export function problemsOfSubject(subject: string): readonly string[] {
  const [, text] = SUBJECT.exec(subject) ?? []
  if (text === undefined) return [`"${subject}" is not of the form type(scope): imperative`]
  const problems: string[] = []
  const [verb = ''] = text.split(' ')
  if (/(?:ed|ing|s)$/.test(verb) && !IMPERATIVES.test(verb)) {
    problems.push(`"${subject}" does not begin with an imperative: ${verb}`)
  }
  if (/^\p{Lu}/u.test(text)) problems.push(`"${subject}" begins with a capital letter`)
  if (text.endsWith('.')) problems.push(`"${subject}" ends with a full stop`)
  if (subject.length > MOST) {
    problems.push(`"${subject}" has ${subject.length} characters, more than ${MOST}`)
  }
  return problems
}

/** The subjects since the rule, merges left out; a reason where they cannot be known. */
function readSubjects(root: string): readonly string[] | string {
  const git = (...args: readonly string[]) => {
    const run = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
    return run.status === 0 ? run.stdout.trim() : null
  }
  const top = git('rev-parse', '--show-toplevel')
  if (top === null) return 'git knows nothing of this folder'
  if (realpathSync(top) !== realpathSync(root)) return 'the project is a part of another one'
  if (git('rev-parse', '--is-shallow-repository') !== 'false') return 'the history is shallow'
  const added = git('log', '--diff-filter=A', '--format=%H', '--', 'scripts/house/commits.ts')
  const first = added?.split('\n').at(-1) ?? ''
  if (first === '') return 'the rule is not committed yet'
  const log = git('log', '--no-merges', '--format=%s', `${first}..HEAD`) ?? ''
  return log.split('\n').filter(Boolean)
}
