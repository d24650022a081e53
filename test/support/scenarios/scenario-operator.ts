/** The operator of a scenario, who works through the methods of the portal's object. */
import type { PortalClient } from '../../../src/edge/portal-client.ts'

/** The acts of an operator. */
export class ScenarioOperator {
  readonly #object: () => PortalClient

  constructor(object: () => PortalClient) {
    this.#object = object
  }

  /** Stops a lane after the attempt that is under way. */
  async pauses(destination: string) {
    return await this.#object().controlLane(destination, { kind: 'pause' })
  }

  /** Lets a lane go on. */
  async resumes(destination: string) {
    return await this.#object().controlLane(destination, { kind: 'resume' })
  }

  /** Sends the events of a range again. */
  async replays(destination: string, { from, to }: { from: number; to: number }) {
    const wish = { kind: 'range', from, to } as const
    return await this.#object().replay(destination, wish, { dryRun: false })
  }

  /** Gives the portal a value of its own; null takes it away. */
  async setsValue(name: string, value: string | null) {
    return await this.#object().setValue(name, value)
  }
}
