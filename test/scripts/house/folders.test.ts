import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { folders } from '../../../scripts/house/folders.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const CONFIGURATION = readFileSync(new URL('../../../.oxlintrc.json', import.meta.url), 'utf8')

test('the configuration of lint keeps the table', () => {
  const root = aProject({ '.oxlintrc.json': CONFIGURATION })
  expect(folders.check(root).problems).toEqual([])
})

test('an expression that matches nothing is found out', () => {
  const broken = CONFIGURATION.replace('lanes|fields|tokens|installs|views', 'nothing')
  expect(folders.check(aProject({ '.oxlintrc.json': broken })).problems).toEqual([
    "lint lets through in src/portal/log: import '../lanes/book/book.ts'",
    "lint lets through in src/portal/log: import '../fields/enricher.ts'",
    "lint lets through in src/portal/log: import '../tokens/portal-caller.ts'",
    "lint lets through in src/portal/log: import '../installs/trust.ts'",
  ])
})
