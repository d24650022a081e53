/** The circumstances of a page of the dashboard, and its text. */
import { renderDocument, type PageContent } from '../../../src/dashboard/frame/document.tsx'
import type { PageTerms } from '../../../src/dashboard/terms.ts'
import { NOW } from '../time.ts'

/** The circumstances of a page whose reader has signed in. */
export function aPage(partial: Partial<PageTerms> = {}): PageTerms {
  return { nonce: 'a-nonce', formToken: 'a-proof', isAdmitted: true, now: NOW, ...partial }
}

/** The content of a page as HTML. */
export async function contentOf(page: PageContent): Promise<string> {
  const html = await renderDocument(page, aPage())
  return html.slice(html.indexOf('<main'), html.indexOf('</main>'))
}

/** The content of a page as a reader reads it: without markup, with single blanks. */
export async function textOf(page: PageContent): Promise<string> {
  return (await contentOf(page))
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
