/** Signatures as the real runtime makes them: Ed25519 (`v1a`) and HMAC (`v1`) side by side. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { machine } from '../../support/builders/entries.ts'
import { SIGNING_SECRET } from '../../support/worker/runtime-bindings.ts'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario([])
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

it('a webhook with both signatures verifies with the public key, in workerd', async () => {
  // The key pair of RFC 8032, section 7.1, test 1.
  const seed = 'nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A='
  const publicKey = fromBase64('11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=')
  const secret = [SIGNING_SECRET, `whsk_${seed}`]
  await scenario.relay.deploys([machine('erp', { secret, signature: 'both' })])
  await scenario.relay.passesOn()
  const [request] = scenario.receiver('erp').requests()
  const { headers, body } = request ?? { headers: new Headers(), body: '' }
  const signatures = (headers.get('webhook-signature') ?? '').split(' ')
  expect(signatures.map((signature) => signature.split(',')[0])).toEqual(['v1', 'v1a'])
  const algorithm = { name: 'Ed25519' }
  const key = await crypto.subtle.importKey('raw', publicKey, algorithm, false, ['verify'])
  const signed = `${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.${body}`
  const signature = fromBase64((signatures[1] ?? '').slice('v1a,'.length))
  const verify = (text: string) =>
    crypto.subtle.verify(algorithm, key, signature, new TextEncoder().encode(text))
  expect(await verify(signed)).toBe(true)
  expect(await verify(`${signed} `)).toBe(false)
})
