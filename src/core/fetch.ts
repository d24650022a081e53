/** The one form in which the outside world is handed in: tests bring their own. */

/** Sends a request; the global `fetch` fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>
