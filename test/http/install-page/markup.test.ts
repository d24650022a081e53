import { describe, expect, it } from 'vitest'
import { PAGE_TEXTS, type PageLanguage } from '../../../src/http/install-page/languages.ts'
import { renderPage, type PageDetails } from '../../../src/http/install-page/markup.ts'
import type { PageWords } from '../../../src/http/install-page/texts.ts'

const NO_DETAILS: PageDetails = { status: null, finish: false, retry: false, code: null }
const STATUS = {
  state: 'active',
  missing: [],
  lastEventAt: Date.UTC(2026, 10, 24, 18, 40, 5),
  waiting: 1234,
  parked: 7,
} as const
const { labels, subjects } = PAGE_TEXTS.en

function render(
  details: Partial<PageDetails>,
  { words = subjects.active, language = 'en' }: { words?: PageWords; language?: PageLanguage } = {},
): Promise<string> {
  const texts = PAGE_TEXTS[language]
  const terms = { words, texts, language, tone: 'good' as const, nonce: 'NONCE' }
  return renderPage({ ...NO_DETAILS, ...details }, terms)
}

describe('renderPage()', () => {
  it('writes the words once, in the language of the page, and escapes them', async () => {
    const words = { title: 'Title <b>', text: 'Text "&"' }
    const html = await render({}, { words, language: 'de' })
    expect(html).toContain('<html lang="de">')
    expect(html).toContain('<title>Title &lt;b&gt;</title>')
    expect(html).toContain('<h1>Title &lt;b&gt;</h1>')
    expect(html).toContain('<p>Text &quot;&amp;&quot;</p>')
    expect(html).toContain('<main class="good">')
  })

  it('shows last event, counts, and the events that could not be bound', async () => {
    const missing = ['onCrmRequisiteUserFieldUpdate', '<b>"&']
    const html = await render({ status: { ...STATUS, missing } })
    expect(html).toContain('<time datetime="2026-11-24T18:40:05.000Z">2026-11-24 18:40 UTC</time>')
    expect(html).toContain('<dd>1,234</dd>')
    expect(html).toContain('<dd>7</dd>')
    expect(html).toContain('<li>onCrmRequisiteUserFieldUpdate</li>')
    expect(html).toContain('<li>&lt;b&gt;&quot;&amp;</li>')
    expect(html).toContain(labels.missingRemedy)
  })

  it('says that there was no event yet, and lists no missing one where there is none', async () => {
    const html = await render({ status: { ...STATUS, lastEventAt: null } })
    expect(html).toContain(`<dd>${labels.noEvent}</dd>`)
    expect(html).not.toContain('<time')
    expect(html).not.toContain(labels.missing)
  })

  it('writes numbers as the language does', async () => {
    expect(await render({ status: STATUS }, { language: 'de' })).toContain('<dd>1.234</dd>')
  })

  it.each<[name: string, details: Partial<PageDetails>, scripts: number]>([
    ['a plain page', {}, 0],
    ['a page without a time', { status: { ...STATUS, lastEventAt: null } }, 0],
    ['a page with a time', { status: STATUS }, 1],
    ['a page that offers to try again', { retry: true }, 1],
    ['the page that ends an installation', { finish: true }, 3],
  ])('gives %s the scripts that it needs', async (_name, details, scripts) => {
    const html = await render(details)
    expect(html.match(/<script/g) ?? []).toHaveLength(scripts)
  })

  it('shows a code and a button only where they are asked for', async () => {
    const plain = await render({})
    expect(plain).not.toContain('<button')
    expect(plain).not.toContain('class="code"')
    const refusal = await render({ retry: true, code: 'untrusted' })
    expect(refusal).toContain(`<button id="retry" type="button">${labels.tryAgain}</button>`)
    expect(refusal).toContain(`${labels.code}: <code>untrusted</code>`)
  })
})
