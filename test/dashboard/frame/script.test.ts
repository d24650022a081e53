import { expect, test } from 'vitest'
import { SCRIPT } from '../../../src/dashboard/frame/script.ts'

test('it can stand in a page', () => {
  expect(SCRIPT).not.toMatch(/<\/|<!--/)
})

test('it brings no module along, and asks for none', () => {
  expect(SCRIPT).not.toMatch(/^\s*(?:import|export)\b|\brequire\(/m)
})
