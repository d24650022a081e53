/** A browser of the runtime tests: it asks for pages, keeps one cookie, and posts the forms that it was given. */
import { env } from 'cloudflare:workers'
import { createExecutionContext } from 'cloudflare:test'
import { ADMIN_TOKEN } from './runtime-bindings.ts'
import worker from './worker.ts'

/** The origin of the relay. */
export const ORIGIN = 'https://relay.example.com'

/** The parts of a request. */
export interface PageRequest {
  readonly method?: string
  readonly form?: Readonly<Record<string, string>> | URLSearchParams
  readonly headers?: Readonly<Record<string, string>>
  /** Settings of the Worker beside the usual ones. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/** A browser without a session. */
export class Browser {
  /** The cookie as the browser sends it; empty without one. */
  cookie = ''

  /** Asks for a page, or posts a form as a page of the relay does. */
  async asks(path: string, request: PageRequest = {}): Promise<Response> {
    const {
      form,
      headers = {},
      settings = {},
      method = form === undefined ? 'GET' : 'POST',
    } = request
    const isForm = method === 'POST'
    const response = await worker.fetch(
      new Request<unknown, IncomingRequestCfProperties>(`${ORIGIN}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          accept: 'text/html,application/xhtml+xml',
          'sec-fetch-site': 'same-origin',
          ...(isForm && { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' }),
          ...(this.cookie !== '' && { cookie: this.cookie }),
          ...headers,
        },
        ...(isForm && { body: new URLSearchParams(form).toString() }),
      }),
      { ...env, ...settings },
      createExecutionContext(),
    )
    const set = response.headers.get('set-cookie')
    if (set !== null) this.cookie = set.includes('Max-Age=0') ? '' : (set.split(';')[0] ?? '')
    return response
  }

  /** Signs in, and throws when the relay does not let it in. */
  async signsIn(request: PageRequest = {}): Promise<void> {
    const response = await this.asks('/admin/sign-in', { form: { token: ADMIN_TOKEN }, ...request })
    if (response.status !== 303) throw new Error(`Cannot sign in: ${response.status}`)
  }

  /** The proof of a form, out of a page of the session. */
  async formToken(): Promise<string> {
    return formTokenIn(await (await this.asks('/admin/nothing')).text())
  }

  /** Posts a form with its proof. */
  async posts(path: string, members: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.asks(path, { form: { ...members, form: await this.formToken() } })
  }
}

/** The proof of a form in a page; empty when the page has none. */
export function formTokenIn(html: string): string {
  return /name="form" value="([^"]*)"/.exec(html)?.[1] ?? ''
}
