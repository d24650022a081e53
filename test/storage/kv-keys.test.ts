import { env } from 'cloudflare:workers'
import { reset } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import { listKeyPages } from '../../src/storage/kv-keys.ts'
import { withPageLimit } from '../support/storage/kv.ts'

afterEach(() => reset())

async function pagesOf(kv: KVNamespace): Promise<(readonly string[])[]> {
  const pages: (readonly string[])[] = []
  for await (const page of listKeyPages(kv, 'own:')) pages.push(page.map(({ name }) => name))
  return pages
}

describe('listKeyPages()', () => {
  it('yields every key of the prefix in order, page by page', async () => {
    for (const name of ['own:3', 'own:1', 'other:1', 'own:5', 'own:2', 'own:4']) {
      await env.INSTALLS.put(name, 'x')
    }
    expect(await pagesOf(env.INSTALLS)).toEqual([['own:1', 'own:2', 'own:3', 'own:4', 'own:5']])
    const small = await pagesOf(withPageLimit(2))
    expect(small).toEqual([['own:1', 'own:2'], ['own:3', 'own:4'], ['own:5']])
  })

  it('yields one empty page where there is no key', async () => {
    expect(await pagesOf(env.INSTALLS)).toEqual([[]])
  })
})
