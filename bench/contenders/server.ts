/** The servers that are measured, as the bench sees them. */

/** The things that a server is started with. */
export interface Stand {
  /** A folder of its own for modules, configuration and storage. */
  readonly folder: string
  /** The addresses of the receivers. */
  readonly receivers: readonly string[]
}

/** A server under measurement. */
export interface Server {
  readonly port: number
  readonly pid: number
  /** Ends it with SIGKILL. */
  kill(): Promise<void>
  /** Starts it again on the same storage and the same port. */
  restart(): Promise<void>
}

/** A kind of server. */
export interface ServerKind {
  readonly name: string
  /** Whether it hands each event to the three receivers. */
  readonly delivers: boolean
  start(stand: Stand): Promise<Server>
  /** The path and the body of an event of one portal, counted from 0. */
  request(id: number, portal: number): { readonly path: string; readonly body: string }
}

/** One line of the table: a kind of server, with events of so many portals. */
export interface Contender {
  readonly kind: ServerKind
  readonly portals: number
}

/** The name of a contender's line. */
export function nameOf({ kind, portals }: Contender): string {
  return `${kind.name}, ${portals === 1 ? '1 portal' : `${portals} portals`}`
}
