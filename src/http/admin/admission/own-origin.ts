/**
 * Where a request of a browser comes from. A browser sends what it knows of its user, such as a cookie of Cloudflare Access,
 * along with a form of any site. It says which site that is in two headers, which no page can change.
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
