import { expect, it } from 'vitest'
import {
  compileUsers,
  isContradiction,
  isUserRule,
} from '../../../../src/core/lanes/filters/user-rule.ts'

it.each([
  ['512', true],
  ['!512', true],
  ['none', true],
  ['!none', true],
  ['', false],
  ['!', false],
  ['0', false],
  ['007', false],
  ['-1', false],
  ['!!1', false],
  ['anna', false],
  ['5*', false],
  ['1'.repeat(16), false],
])('isUserRule() of %j is %s', (text, expected) => {
  expect(isUserRule(text)).toBe(expected)
})

it.each([
  [['1', '2', 'none'], false],
  [['!1', '!none'], false],
  [['!512', 'none'], false],
  [['1', '!2'], true],
  [['1', '!1'], true],
  [['1', '!none'], true],
  [['none', '!none'], true],
])('isContradiction() of %j is %s', (rules, expected) => {
  expect(isContradiction(rules)).toBe(expected)
})

it.each([
  [[], [1, 512, null]],
  [['512'], [512]],
  [
    ['1', 'none'],
    [1, null],
  ],
  [['none'], [null]],
  [['!512'], [1, null]],
  [
    ['!512', 'none'],
    [1, null],
  ],
  [['!512', '!none'], [1]],
  [['!none'], [1, 512]],
])('compileUsers() of %j takes %j of user 1, user 512 and nobody', (rules, taken) => {
  const isTaken = compileUsers(rules)
  expect([1, 512, null].filter((userId) => isTaken(userId))).toEqual(taken)
})
