/**
 * The outgoing webhooks that have spoken for a portal, and their pins. For example, the operator configures the token
 * of a webhook with the domain acme.bitrix24.com; its first event leaves a webhook and a pin in the install. When the
 * token is configured no more, the webhook goes and its pin becomes a former one. Pure.
 */
import { webhookRule } from '../outgoing-webhook.ts'
import type { FormerPin, InstallState, WebhookInstall } from './install.ts'

/** The most former pins that are remembered; the oldest one leaves. */
const MAX_FORMER_PINS = 20

/** Records the first use of an outgoing webhook's token. */
export function recordWebhook(state: InstallState, webhook: WebhookInstall): InstallState {
  const others = state.webhooks.filter((known) => known.hash !== webhook.hash)
  const isNew = others.length === state.webhooks.length
  // The token may be configured with another portal now; its former pin stands.
  const replaced = state.webhooks.filter(({ hash }) => hash === webhook.hash)
  const formerPins = addFormerPins(state, replaced)
  return {
    ...state,
    webhooks: [...others, webhook],
    formerPins: formerPins.filter(({ pinId }) => pinId !== webhook.pinId),
    kvDirty: state.kvDirty || isNew,
  }
}

function addFormerPins(
  { formerPins }: Pick<InstallState, 'formerPins'>,
  dropped: readonly WebhookInstall[],
): readonly FormerPin[] {
  const left = dropped.flatMap(({ pinId, portal, since }) =>
    pinId === undefined ? [] : [{ pinId, portal, since }],
  )
  return [...formerPins, ...left].slice(-MAX_FORMER_PINS)
}

/** Drops the webhooks that are not configured any more; the same state when all of them are. */
export function dropOtherWebhooks(
  state: InstallState,
  configured: ReadonlySet<string>,
): InstallState {
  const webhooks = state.webhooks.filter(({ hash }) => configured.has(hash))
  if (webhooks.length === state.webhooks.length) return state
  const dropped = state.webhooks.filter(({ hash }) => !configured.has(hash))
  return { ...state, webhooks, formerPins: addFormerPins(state, dropped), kvDirty: true }
}

/** Drops one webhook, by the hash of its token. */
export function dropWebhook(state: InstallState, hash: string): InstallState {
  const webhooks = state.webhooks.filter((known) => known.hash !== hash)
  return webhooks.length === state.webhooks.length ? state : { ...state, webhooks, kvDirty: true }
}

/** Drops a former pin, by its id. */
export function dropFormerPin(state: InstallState, id: string): InstallState {
  return { ...state, formerPins: state.formerPins.filter(({ pinId }) => pinId !== id) }
}

/**
 * The pins of this portal: those of webhooks whose tokens are configured by a domain, and then those of tokens
 * that are not configured any more.
 */
export function pinsOf({
  webhooks,
  formerPins,
}: Pick<InstallState, 'webhooks' | 'formerPins'>): readonly (WebhookInstall | FormerPin)[] {
  return [...webhooks.filter(({ portal }) => webhookRule(portal) === 'domain'), ...formerPins]
}
