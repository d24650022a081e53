import { expect, test } from 'vitest'
import { identities } from '../../../scripts/house/identities.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const IDENTITY = 'test/support/identity.ts'
const CONSTANTS = `/** Its member id. */
export const MEMBER_ID = 'c0ffee'

export const DOMAIN = 'acme.example.com'
`

function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  return identities.check(aProject({ [IDENTITY]: CONSTANTS, ...files })).problems
}

test.each([
  ['test/core/glob.test.ts', "const id = 'c0ffee'", 'MEMBER_ID'],
  ['bench/meter/relay.ts', 'const id = `c0ffee-${sequence}`', 'MEMBER_ID'],
  ['scripts/measure.ts', "const body = 'auth[member_id]=c0ffee&ts=1'", 'MEMBER_ID'],
  ['test/support/builders/a-view.ts', "return { domain: 'acme.example.com' }", 'DOMAIN'],
])('%s may not write %s', (file, text, name) => {
  expect(problemsOf({ [file]: text })).toEqual([
    `${file} writes ${name} out, which stands in ${IDENTITY}`,
  ])
})

test.each([
  ['test/core/glob.test.ts', "expect(portal).toBe('acme.example.com')"],
  ['test/support/builders/a-view.ts', "const url = 'https://acme.example.com/rest/'"],
  ['test/support/builders/a-view.ts', "import { DOMAIN, MEMBER_ID } from '../identity.ts'"],
  ['src/core/glob.ts', "const id = 'c0ffee'"],
])('%s may write %s', (file, text) => {
  expect(problemsOf({ [file]: text })).toEqual([])
})
