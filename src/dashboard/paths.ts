/** The addresses of the pages. Every link and every form of the dashboard takes its address from here. */

/** The overview, and the beginning of every other address. */
export const OVERVIEW_PATH = '/admin'

/** Takes the token of a sign-in. */
export const SIGN_IN_PATH = '/admin/sign-in'

/** Ends the session. */
export const SIGN_OUT_PATH = '/admin/sign-out'

/** The page of a portal. */
export function portalPath(memberId: string): string {
  return `/admin/portals/${encodeURIComponent(memberId)}`
}

/**
 * An address of this dashboard out of a form, to which the reader goes after the sign-in; the overview in place of
 * every other one. A sign-in page could otherwise send its reader to a foreign host (`//example.com`).
 */
export function ownPath(path: string | null): string {
  return path !== null && /^\/admin(?:\/[\w%.~-]+)*(?:\?[\w%.~&=+*-]*)?$/.test(path)
    ? path
    : OVERVIEW_PATH
}

/** An address below the page of a portal: a page or an act of its own. */
export function belowPortal(memberId: string, ...parts: readonly (string | number)[]): string {
  return [portalPath(memberId), ...parts.map((part) => encodeURIComponent(part))].join('/')
}

/** The page of an event. */
export function eventPath(memberId: string, sequence: number): string {
  return belowPortal(memberId, 'events', sequence)
}

/** An act on a lane, or the page that asks about one. */
export function lanePath(memberId: string, destination: string, act: string): string {
  return belowPortal(memberId, 'lanes', destination, act)
}

/** The page of the callers that were not let through. */
export const REFUSED_PATH = '/admin/refused'

/** The page of all destinations. */
export const DESTINATIONS_PATH = '/admin/destinations'

/** An act on a destination in all portals, or a page about it. */
export function destinationPath(destination: string, act: string): string {
  return `${DESTINATIONS_PATH}/${encodeURIComponent(destination)}/${act}`
}
