/** The pages that tell why there is no other page. */
import type { PageContent } from '../frame/document.tsx'
import { OVERVIEW_PATH } from '../paths.ts'

/** The reason why there is no other page. */
export type PageProblem = 'not_found' | 'ambiguous_domain' | 'foreign_form' | 'failed'

const WORDS: Readonly<Record<PageProblem, { readonly title: string; readonly text: string }>> = {
  not_found: {
    title: 'Nothing is found here',
    text: 'The relay knows no such portal, event, lane or page. A portal is known as soon as it has installed the application, or has sent an event that its outgoing webhook proves.',
  },
  ambiguous_domain: {
    title: 'Several portals have this domain',
    text: 'Search for the domain on the overview, and choose one of them.',
  },
  foreign_form: {
    title: 'Nothing was done',
    text: 'The form did not come from a page of this session. It may have been open for too long: go back, load the page again, and try once more.',
  },
  failed: {
    title: 'The request failed',
    text: 'The relay could not do this now. Its log has a line request_failed that says why. Loading the page again does no harm.',
  },
}

/** Makes the page. */
export function problemPage(problem: PageProblem): PageContent {
  const { title, text } = WORDS[problem]
  return {
    title,
    content: (
      <section class="panel narrow">
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <a href={OVERVIEW_PATH}>To the overview</a>
        </p>
      </section>
    ),
  }
}
