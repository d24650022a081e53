/** Who the portal of the tests is: that of the recorded bodies. Its tokens are invented ones. And many others. */

/** Its member id. */
export const MEMBER_ID = 'a223c6b3710f85df22e9377d6c4f7553'

/** The domain at which it is called. */
export const DOMAIN = 'acme.bitrix24.com'

/** The client id of the application that is installed in it. */
export const CLIENT_ID = 'local.573ad8a0346747.09223434'

/** The application token of that installation. */
export const APPLICATION_TOKEN = '51856fefc120afa4b628cc82d3935cce'

/** The application token that a recorded ONAPPUPDATE brings in place of it. */
export const NEW_TOKEN = 'c917d38f6bdb84e9d9e0bfe9d585be73'

/** The application token of its outgoing webhook. */
export const WEBHOOK_TOKEN = 'jvh9y1ulvt2m6k5or90v9mg8nn32ozas'

/** The member id of one of many portals, by its number. */
export function memberIdOf(number: number): string {
  return number.toString(16).padStart(32, '0')
}

/** The member ids of so many portals, in their order. */
export function memberIdsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => memberIdOf(number))
}
