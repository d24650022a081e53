/** One life of a Durable Object: from its construction to its end, by a crash, a deployment or idleness. */
import { MachineEnded } from './disk.ts'

/** One life of an object. */
export class Life {
  #hasEnded = false
  #end: (error: Error) => void = () => {}
  /** Rejects when the life ends. */
  readonly ended: Promise<never>
  readonly #commit: () => void
  /** The calls, alarms and works in the background that are under way. */
  busy = 0

  constructor(commit: () => void) {
    this.#commit = commit
    this.ended = new Promise((_resolve, reject) => {
      this.#end = reject
    })
    this.ended.catch(() => undefined)
  }

  readonly hasEnded = (): boolean => this.#hasEnded

  /** Ends the life: nothing that it waits for comes back. */
  ends(): void {
    this.#hasEnded = true
    this.#end(new MachineEnded('The object has ended'))
  }

  /** The result of something outside; never, when the life has ended meanwhile. */
  readonly within = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const result = await work
      return this.#hasEnded ? await new Promise<T>(() => {}) : result
    } catch (error) {
      if (this.#hasEnded) return new Promise<T>(() => {})
      throw error
    }
  }

  /** The output gate: nothing leaves the object before everything is durable that it has written. */
  readonly leaves = async <T>(send: () => Promise<T>): Promise<T> => {
    await Promise.resolve()
    if (this.#hasEnded) return new Promise<T>(() => {})
    this.#commit()
    return this.within(send())
  }
}
