/**
 * The common part of all scenarios with a real portal's object: a member id of its own (the memory of the
 * edge outlives the storage of a test), a network that claims nothing by itself, receivers and the object.
 */
import { env } from 'cloudflare:workers'
import {
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { vi } from 'vitest'
import type { PortalClient } from '../../../src/edge/portal-client.ts'
import { Network } from '../network/network.ts'
import { backgroundEnds, forgetBackground } from '../worker/background.ts'
import { overrides } from '../worker/overrides.ts'
import { ScenarioReceiver } from './scenario-receiver.ts'

/** One portal with everything around it. */
export class Scenario {
  readonly memberId = crypto.randomUUID().replaceAll('-', '')
  readonly network = new Network()

  /** Every webhook whose host matches takes what it is sent, and so does every Slack channel. */
  constructor(webhooks: RegExp) {
    this.network
      .handle(({ url }) => (webhooks.test(new URL(url).host) ? new Response('') : null))
      .handle(({ url }) => (url.startsWith('https://hooks.slack.com/') ? new Response('ok') : null))
    vi.spyOn(globalThis, 'fetch').mockImplementation(this.network.fetch)
  }

  /**
   * Ends the test: the storage of all bindings is emptied, mocks are gone.
   *
   * @throws when a request went out that nobody claimed.
   */
  async close(): Promise<void> {
    overrides.adapt = (settings) => settings
    overrides.now = () => Date.now()
    overrides.onStart = () => {}
    forgetBackground()
    vi.useRealTimers()
    vi.restoreAllMocks()
    await reset()
    const { unclaimed } = this.network
    if (unclaimed.length > 0) throw new Error(`Nobody claims ${unclaimed.join(', ')}`)
  }

  /** The webhook or the Slack channel of this name. */
  receiver(name: string): ScenarioReceiver {
    return new ScenarioReceiver(this.network, name)
  }

  /** A new stub of the portal's object. */
  stub() {
    return env.PORTALS.getByName(this.memberId)
  }

  /** The methods of the portal's object; a new stub each time. */
  get object(): PortalClient {
    // Sound: the binding's class is the portal, whose methods these are, each as a promise.
    const stub: unknown = this.stub()
    return stub as PortalClient
  }

  /** Works inside the object. */
  inside<T>(work: (state: DurableObjectState) => T | Promise<T>): Promise<T> {
    return runInDurableObject(this.stub(), (_, state) => work(state))
  }

  /** Runs the alarm; false when none stands. */
  runAlarm(): Promise<boolean> {
    return runDurableObjectAlarm(this.stub())
  }

  /** Waits until the object does nothing more by itself: what it has not done then, it does not do. */
  idles(): Promise<void> {
    return backgroundEnds()
  }

  /** Ends the object in memory; the next call constructs it with the settings of that moment. */
  async evict(): Promise<void> {
    await evictDurableObject(this.stub())
  }
}
