/** The name under which every request of the relay goes out, so that logs of others show who called. */
export const USER_AGENT = 'bitrix24-event-relay'
