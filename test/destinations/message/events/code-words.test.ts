import { expect, test } from 'vitest'
import { splitCode } from '../../../../src/destinations/message/events/code-words.ts'

test.each([
  ['ONVISITADD', 'visit add'],
  ['ONVISITUPDATED', 'visit updated'],
  ['ONCRMWIDGETDELETE', 'crm widget delete'],
  ['PARTNER.VISIT.ON.ADD', 'partner visit add'],
  ['PARTNER:VISIT-END', 'partner visit end'],
  ['ONWIDGETADD_147', 'widget add 147'],
  ['ONE', 'one'],
  ['ONLINE', 'line'],
  ['ADD', 'add'],
  ['...', ''],
  ['\u200B', ''],
])('splitCode() makes of %s the words %j', (code, expected) => {
  expect(splitCode(code)).toBe(expected)
})
