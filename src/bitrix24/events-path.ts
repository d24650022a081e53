/** The paths of the relay that Bitrix24 knows by heart: they stand in bindings, and in robots of automation rules. */

/** The path at which the events of every portal arrive, lifecycle events included. */
export const EVENTS_PATH = '/bitrix24/events'

/** The path below which the hints of robots arrive; the secret of the portal follows. */
export const ROBOTS_PATH = '/bitrix24/robots'
