/**
 * The page that an application with an interface shows in the portal's frame. Nothing of the request
 * reaches it; the only host that may frame it is the one that the OAuth server confirmed.
 */
import { html } from 'hono/html'
import type { IntakeAnswer } from './intake.ts'

interface PageText {
  readonly title: string
  readonly text: string
  readonly finish: boolean
}

/** The page for an installation's answer. */
export async function installPage(answer: IntakeAnswer): Promise<Response> {
  const nonce = crypto.randomUUID()
  const text = textOf(answer)
  const script = text.finish
    ? html`<script src="https://api.bitrix24.com/api/v1/"></script>
        <script nonce="${nonce}">
          BX24.init(() => BX24.installFinish())
        </script>`
    : ''
  const page = await html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${text.title}</title>
      <style nonce="${nonce}">
        body {
          font:
            16px/1.5 system-ui,
            sans-serif;
          margin: 12vh auto;
          max-width: 34rem;
          padding: 0 1rem;
          color-scheme: light dark;
        }
      </style>
      <h1>${text.title}</h1>
      <p>${text.text}</p>
      ${script}
    </html>`
  return new Response(page.toString(), {
    status: answer.kind === 'refused' ? REFUSALS[answer.code].status : 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': policyOf(answer, nonce),
    },
  })
}

type RefusalCode = Extract<IntakeAnswer, { kind: 'refused' }>['code']

const REFUSALS: Readonly<Record<RefusalCode, { readonly status: number; readonly text: string }>> =
  {
    untrusted: {
      status: 403,
      text: 'Open this page as an administrator of this Bitrix24. If that does not help, ask the operator of the relay.',
    },
    too_many_requests: {
      status: 429,
      text: 'There were too many attempts for this Bitrix24. Wait a minute, then open this page again.',
    },
    not_stored: {
      status: 503,
      text: 'The relay could not note the installation. Wait some minutes, then open this page again.',
    },
    misconfigured: {
      status: 503,
      text: 'The relay is not configured yet. Ask its operator to look at /healthz, then open this page again.',
    },
  }

function policyOf(answer: IntakeAnswer, nonce: string): string {
  const domain = answer.kind === 'accepted' || answer.kind === 'pending' ? answer.domain : null
  // A refusal must be readable in the portal's frame, which nobody has verified; it holds no data.
  const ancestors = domain === null ? 'https:' : `https://${domain}`
  return [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}' https://api.bitrix24.com`,
    `style-src 'nonce-${nonce}'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors ${ancestors}`,
  ].join('; ')
}

function textOf(answer: IntakeAnswer): PageText {
  switch (answer.kind) {
    case 'accepted':
    case 'stored':
      return {
        title: 'The relay is connected',
        text: 'Changes of this Bitrix24 are passed on from now on. This page can be closed.',
        finish: answer.kind === 'accepted' && !answer.finished,
      }
    case 'pending':
      return {
        title: 'The relay waits for its operator',
        text: 'The installation is noted. It becomes active as soon as the application is configured in the relay.',
        finish: false,
      }
    case 'spilled':
      return {
        title: 'The relay is busy',
        text: 'The installation is noted and will be finished within some minutes.',
        finish: false,
      }
    case 'refused':
      return {
        title: 'The installation was not accepted',
        text: REFUSALS[answer.code].text,
        finish: false,
      }
  }
}
