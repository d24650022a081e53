import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { globals } from '../../../scripts/house/globals.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const CONFIGURATION = readFileSync(new URL('../../../.oxlintrc.json', import.meta.url), 'utf8')

test('the configuration of lint refuses fetch, timers and the clock where they are arguments', () => {
  const root = aProject({ '.oxlintrc.json': CONFIGURATION })
  expect(globals.check(root).problems).toEqual([])
})

test('a path that matches nothing is found out', () => {
  const broken = CONFIGURATION.replace('src/{objects,portal,dashboard}/**', 'src/nothing/**')
  expect(globals.check(aProject({ '.oxlintrc.json': broken })).problems).toEqual([
    "lint lets through in src/objects: export const answer = await fetch('https://example.com')",
    'lint lets through in src/objects: export const timer = setInterval(() => {}, 1000)',
    "lint lets through in src/portal: export const answer = await fetch('https://example.com')",
    'lint lets through in src/portal: export const timer = setInterval(() => {}, 1000)',
    "lint lets through in src/portal/lanes/book: export const answer = await fetch('https://example.com')",
    'lint lets through in src/portal/lanes/book: export const timer = setInterval(() => {}, 1000)',
    "lint lets through in src/dashboard/pages: export const answer = await fetch('https://example.com')",
    'lint lets through in src/dashboard/pages: export const timer = setInterval(() => {}, 1000)',
  ])
})
