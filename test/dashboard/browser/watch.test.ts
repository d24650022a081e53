/** A page is watched, without a browser: only what the program asks a page for. `test/browser` watches a real one. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watch } from '../../../src/dashboard/browser/watch.ts'

const status = { textContent: '' }
const asked: string[] = []
const listeners = new Map<string, () => void>()
const page = {
  hidden: false,
  querySelectorAll: () => [],
  querySelector: () => null,
  addEventListener: (sign: string, listener: () => void) => listeners.set(sign, listener),
}
let answer = (): Response => new Response('a-stamp')

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', page)
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address)
    return answer()
  })
  answer = () => new Response('a-stamp')
  page.hidden = false
  asked.length = 0
  const mark = { dataset: { watch: '/stamp', stamp: 'a-stamp' } }
  // Sound: the program asks these elements for nothing else.
  const parts = { mark, status, main: {} } as unknown as Parameters<typeof watch>[0]
  watch({ ...parts, tellDistances: () => {} })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('it asks for the stamp every two seconds', async () => {
  expect([status.textContent, asked]).toEqual(['Live', []])
  await vi.advanceTimersByTimeAsync(6000)
  expect(asked).toEqual(['/stamp', '/stamp', '/stamp'])
})

test('it says that the relay does not answer, and that it does again', async () => {
  answer = () => new Response('', { status: 500 })
  await vi.advanceTimersByTimeAsync(2000)
  expect(status.textContent).toBe('Not live: the relay does not answer. The page tries again.')
  answer = () => new Response('a-stamp')
  await vi.advanceTimersByTimeAsync(2000)
  expect(status.textContent).toBe('Live')
})

test.each([
  ['the relay', () => new Response('', { status: 401 })],
  // Sound: what a browser gives for a redirect that is not followed.
  ['Cloudflare Access', () => ({ type: 'opaqueredirect', status: 0, ok: false }) as Response],
])('it loads the page anew when the session has ended at %s, and asks no more', async (_, end) => {
  const reload = vi.fn<() => void>()
  vi.stubGlobal('location', { reload })
  answer = end
  await vi.advanceTimersByTimeAsync(20_000)
  expect(reload).toHaveBeenCalledOnce()
  expect(asked).toHaveLength(1)
})

test('it rests after a quiet quarter of an hour, until its reader comes back', async () => {
  await vi.advanceTimersByTimeAsync(20 * 60_000)
  expect(status.textContent).toMatch(/^Not live: nothing has happened for 15 minutes/)
  const rested = asked.length
  await vi.advanceTimersByTimeAsync(600_000)
  expect(asked).toHaveLength(rested)
  listeners.get('keydown')?.()
  await vi.advanceTimersByTimeAsync(0)
  expect([asked.length, status.textContent]).toEqual([rested + 1, 'Live'])
})

test('it asks for nothing while nobody can see it', async () => {
  page.hidden = true
  listeners.get('visibilitychange')?.()
  await vi.advanceTimersByTimeAsync(600_000)
  expect(asked).toEqual([])
})
