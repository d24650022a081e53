/** The type of the function that sends a request. It is handed in, so that tests can bring their own. */

/** Sends a request. The global `fetch` is of this type. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>
