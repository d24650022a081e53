/** The scripts of the page as text: workerd runs no code of a text. */
import { describe, expect, it } from 'vitest'
import {
  finishScripts,
  localTimeScript,
  retryScript,
} from '../../../src/http/install-page/scripts.ts'

type Markup = ReturnType<typeof retryScript>

/** The code of each inline script, in order. */
async function codeOf(markup: Markup): Promise<string[]> {
  const html = String(await markup)
  const inline = [...html.matchAll(/<script nonce="NONCE">(.*?)<\/script>/gs)]
  return inline.map(([, code = '']) => code)
}

describe('every script', () => {
  it('is inline under the nonce, but the library of Bitrix24', async () => {
    const html = String(await finishScripts('NONCE')) + String(await localTimeScript('NONCE'))
    const tags = html.match(/<script[^>]*>/g)
    expect(tags).toEqual([
      '<script nonce="NONCE">',
      '<script src="https://api.bitrix24.com/api/v1/">',
      '<script nonce="NONCE">',
      '<script nonce="NONCE">',
    ])
  })
})

describe('finishScripts()', () => {
  it('waits 15 s for the library, and says which half of the page is shown', async () => {
    const [before = '', after = ''] = await codeOf(finishScripts('NONCE'))
    expect(before).toContain('setTimeout(show, 15000, false)')
    expect(before).toContain(`addEventListener('error', () => show(false), true)`)
    expect(after).toMatch(
      /BX24\.init\(.*clearTimeout\(patience\).*show\(true\).*BX24\.installFinish\(\)/s,
    )
  })
})

describe('retryScript()', () => {
  it('loads the page again, which posts its form again', async () => {
    const [code = ''] = await codeOf(retryScript('NONCE'))
    expect(code.trim()).toBe(
      `document.getElementById('retry').addEventListener('click', () => location.reload())`,
    )
  })
})
