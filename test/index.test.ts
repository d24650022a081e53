/** The Worker's entry exports what wrangler.toml binds and what the platform calls. */
import { describe, expect, it } from 'vitest'
import { parseToml } from '../playground/toml.ts'
import worker, * as entry from '../src/index.ts'
import wranglerToml from '../wrangler.toml?raw'

describe('The entry', () => {
  it('exports a class for each Durable Object of wrangler.toml, and no other', () => {
    const configured = Object.keys(parseToml(wranglerToml)['exports'] ?? {})
    expect(configured).not.toEqual([])
    expect(Object.keys(entry).filter((name) => name !== 'default')).toEqual(
      expect.arrayContaining(configured),
    )
    expect(Object.keys(entry)).toHaveLength(configured.length + 1)
  })

  it('takes requests and scheduled work', () => {
    expect(Object.keys(worker).toSorted()).toEqual(['fetch', 'scheduled'])
  })
})
