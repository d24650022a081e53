import { expect, it } from 'vitest'
import { MISSING_MEMORY_MS, MissingMemory } from '../../src/edge/missing-memory.ts'

const LISTED = [{ domain: 'acme.bitrix24.com', events: 'OnTaskAdd (no_scope)' }]

it('reads the list once in a while, and keeps it while the directory does not answer', async () => {
  const memory = new MissingMemory()
  let reads = 0
  const read = async () => {
    reads += 1
    return LISTED
  }
  expect(await memory.list(read, 0)).toEqual(LISTED)
  expect(await memory.list(read, MISSING_MEMORY_MS - 1)).toEqual(LISTED)
  expect(reads).toBe(1)
  const down = () => Promise.reject(new Error('down'))
  expect(await memory.list(down, MISSING_MEMORY_MS)).toEqual(LISTED)
})
