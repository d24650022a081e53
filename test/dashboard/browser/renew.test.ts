/** The parts of a page are put anew, without a browser: only what the program asks a page for. */
import { afterEach, expect, test, vi } from 'vitest'
import { createRenewal } from '../../../src/dashboard/browser/renew.ts'

afterEach(() => vi.unstubAllGlobals())

/** A part of a page that is live. */
function aPart(id: string, innerHTML: string) {
  return { id, innerHTML, querySelectorAll: () => [] }
}

/** Puts the globals of a browser whose page has these parts, and gets a page with others. */
function stubBrowser(parts: readonly ReturnType<typeof aPart>[], answer: Response) {
  const asked: unknown[] = []
  vi.stubGlobal('document', {
    activeElement: null,
    getElementById: (id: string) => parts.find((part) => part.id === id) ?? null,
    querySelector: () => null,
    querySelectorAll: (selector: string) => (selector === '[data-live]' ? parts : []),
  })
  vi.stubGlobal('location', { href: '/admin/portals/a' })
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    asked.push([address, init.headers])
    return answer
  })
  const DOMParser = class {
    parseFromString = (html: string) => ({
      querySelectorAll: () =>
        [...html.matchAll(/<p id="(\w+)">(.*?)<\/p>/g)].map(([, id = '', inner = '']) =>
          aPart(id, inner),
        ),
    })
  }
  vi.stubGlobal('DOMParser', DOMParser)
  // Sound: no part has the focus, so nothing is asked of the content.
  return { asked, renew: createRenewal({} as HTMLElement) }
}

test('only a part that has changed is put anew, and the head of the page is left out', async () => {
  const parts = [aPart('lanes', 'old'), aPart('events', 'same')]
  const html =
    '<head><p id="lanes">head</p></head><main><p id="lanes">new</p><p id="events">same</p>'
  const { asked, renew } = stubBrowser(parts, new Response(html))
  // A change of the script's own, as that of the times: the page has not changed there.
  Object.assign(parts[1] ?? {}, { innerHTML: 'same, in local time' })
  expect(await renew()).toBe(0)
  expect(parts.map(({ innerHTML }) => innerHTML)).toEqual(['new', 'same, in local time'])
  expect(asked).toEqual([['/admin/portals/a', { accept: 'text/html', 'x-renewal': '1' }]])
})

test('an answer that is no page is an error', async () => {
  const { renew } = stubBrowser([], new Response('', { status: 503 }))
  await expect(renew()).rejects.toThrow('status 503')
})
