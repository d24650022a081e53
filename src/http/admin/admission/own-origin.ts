/**
 * Decides whether a browser sends a request for a page of this relay. With a form of any site a browser sends the
 * cookies of its user along, for example that of Cloudflare Access. Two headers, which no page can change, name the
 * site of the form.
 */

/**
 * Whether a request may come from a page of this relay, or changes nothing. A program that sends neither header carries
 * nothing of somebody else.
 */
export function isFromOwnPage(request: Request): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return true
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') return false
  const origin = request.headers.get('origin')
  return (
    origin === null || (URL.canParse(origin) && new URL(origin).host === new URL(request.url).host)
  )
}
