/** Everything that is under way during a measurement: the receivers, the servers, and their folders. */
import { join } from 'node:path'
import type { Server, ServerKind } from '../contenders/server.ts'
import { FIRST_ID } from '../load/senders.ts'
import { Receivers } from '../load/receivers.ts'
import { makeScratchFolder, type ScratchFolder } from '../runtime/scratch-folder.ts'

/** The receivers and the servers of one run. */
export class Field {
  readonly #folder: ScratchFolder
  readonly receivers: Receivers
  readonly #servers = new Map<ServerKind, Server>()
  #lastId = FIRST_ID

  private constructor(receivers: Receivers, folder: string) {
    this.receivers = receivers
    this.#folder = makeScratchFolder(folder, 'relay-bench-')
  }

  /** Starts the receivers. Everything that servers store goes below the folder. */
  static async open(folder: string): Promise<Field> {
    return new Field(await Receivers.start(), folder)
  }

  /** The server of a kind; it starts when it is asked for first. */
  async server(kind: ServerKind): Promise<Server> {
    const known = this.#servers.get(kind)
    if (known !== undefined) return known
    const folder = join(this.#folder.path, String(this.#servers.size))
    const server = await kind.start({ folder, receivers: this.receivers.urls })
    this.#servers.set(kind, server)
    return server
  }

  /** Numbers for so many events, which no other event has. */
  newIds(count: number): readonly number[] {
    const first = this.#lastId + 1
    this.#lastId += count
    return Array.from({ length: count }, (_, index) => first + index)
  }

  /** Ends everything, and removes the folders. */
  async close(): Promise<void> {
    for (const server of this.#servers.values()) await server.kill()
    this.receivers.close()
    this.#folder.remove()
  }
}
