/** All Durable Objects of one class, by name, and the binding through which they are called. */
import { HostedObject, type HostSettings } from './hosted-object.ts'
import type { Life } from './life.ts'

/** The place where the objects of one class live. */
export class ObjectHost {
  readonly #objects = new Map<string, HostedObject>()
  readonly #settings: HostSettings

  constructor(settings: HostSettings) {
    this.#settings = settings
    settings.time.afterTurn.push(() => {
      for (const object of this.#objects.values()) object.disk.commit()
    })
  }

  /** The object of a name, whether or not it was ever called. */
  object(name: string): HostedObject {
    const known = this.#objects.get(name)
    if (known !== undefined) return known
    const object = new HostedObject(name, this.#settings)
    this.#objects.set(name, object)
    return object
  }

  /** Every object that there is. */
  all(): readonly HostedObject[] {
    return [...this.#objects.values()]
  }

  /** The binding, as code of the Worker sees it; with a life, as code of another object sees it. */
  namespace(caller?: Life) {
    return {
      getByName: (name: string): unknown =>
        new Proxy(
          {},
          {
            get: (_target, method) => {
              if (typeof method !== 'string' || method === 'then') return undefined
              return (...args: readonly unknown[]) => {
                const call = () => this.object(name).call(method, args)
                return caller === undefined ? call() : caller.leaves(call)
              }
            },
          },
        ),
    }
  }
}
