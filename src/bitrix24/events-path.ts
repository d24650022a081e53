/** The one path of the relay that Bitrix24 knows by heart: it stands in every binding of every portal. */

/** The path at which the events of every portal arrive, lifecycle events included. */
export const EVENTS_PATH = '/bitrix24/events'
