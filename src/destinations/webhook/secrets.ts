/**
 * The settings `secret` and `signature` of a `webhook`: shared secrets (`whsec_`) and private Ed25519 keys
 * (`whsk_`) in the form of Standard Webhooks.
 */
import { err, ok, type Result } from '../../core/result.ts'
import type { SettingProblem } from '../settings/setting-problem.ts'
import { publicKeyOf } from './public-key.ts'

/** The most secrets that sign one message while an old one is replaced. */
const MAX_SECRETS = 5
const MIN_SECRET_BYTES = 24
const MAX_SECRET_BYTES = 64
const SEED_BYTES = 32

/** A secret that signs a delivery. */
export type SigningSecret =
  | { readonly version: 'v1'; readonly text: string; readonly key: Uint8Array }
  | {
      readonly version: 'v1a'
      readonly text: string
      readonly seed: Uint8Array
      /** The public key that is configured behind the seed; null when there is none. */
      readonly publicKey: Uint8Array | null
    }

type Signature = 'v1' | 'v1a' | 'both'

const FORMS = {
  v1: `whsec_ followed by the base64 of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} random bytes`,
  v1a: 'whsk_ followed by the base64 of an Ed25519 seed (32 bytes), or of a seed and its public key (64 bytes)',
} as const

/** Reads both settings, or says everything that is wrong with either. */
export function readSigning(
  secret: unknown,
  signature: unknown,
): Result<readonly SigningSecret[], readonly SettingProblem[]> {
  const wanted = readSignature(signature)
  // Each secret must be one of the two kinds, even when `signature` is wrong and does not say which.
  const secrets = readSecrets(secret, wanted)
  const problems = [
    ...(secrets.ok ? [] : [{ setting: 'secret', problem: secrets.error }]),
    ...(wanted === null
      ? [{ setting: 'signature', problem: 'Must be "v1", "v1a" or "both"' }]
      : []),
  ]
  return secrets.ok && wanted !== null ? secrets : err(problems)
}

function readSignature(setting: unknown): Signature | null {
  if (setting === undefined) return 'v1'
  return setting === 'v1' || setting === 'v1a' || setting === 'both' ? setting : null
}

function readSecrets(
  setting: unknown,
  wanted: Signature | null,
): Result<readonly SigningSecret[], string> {
  const value = readList(setting)
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length < 1 || list.length > MAX_SECRETS) {
    return err(`Must be one secret, or a list of up to ${MAX_SECRETS} while they are rotated`)
  }
  const secrets: SigningSecret[] = []
  for (const [index, text] of list.entries()) {
    const secret = typeof text === 'string' ? parseSecret(text) : null
    const problem = findProblem(secret, wanted)
    const which = Array.isArray(value) ? `Entry ${index + 1} must` : 'Must'
    if (problem !== null) return err(`${which} be ${problem}`)
    if (secret !== null) secrets.push(secret)
  }
  const versions = secrets.map(({ version }) => version)
  if (wanted === 'both' && !(versions.includes('v1') && versions.includes('v1a'))) {
    return err(
      'Must be a list with at least one whsec_ and one whsk_ secret, because signature is "both"',
    )
  }
  return ok(secrets)
}

/** The form that an entry should have; null when it has it. */
function findProblem(secret: SigningSecret | null, wanted: Signature | null): string | null {
  if (wanted === null || wanted === 'both') {
    return secret === null ? `${FORMS.v1}, or ${FORMS.v1a}` : null
  }
  if (secret === null) return FORMS[wanted]
  if (secret.version === wanted) return null
  const remedy = `a ${secret.version === 'v1' ? 'whsec_' : 'whsk_'} secret needs`
  return `${FORMS[wanted]}: ${remedy} signature = "${secret.version}" or "both"`
}

/** A list may also be written as JSON text, as a secret of Cloudflare can hold text only. */
function readList(setting: unknown): unknown {
  if (typeof setting !== 'string' || !setting.startsWith('[')) return setting
  try {
    return JSON.parse(setting)
  } catch {
    // Not JSON: it is read as one secret, and the problem then tells the wanted form.
    return setting
  }
}

function parseSecret(text: string): SigningSecret | null {
  const [, prefix, base64 = ''] = /^(whsec_|whsk_)([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  if (prefix === undefined || base64.length % 4 !== 0) return null
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  if (prefix === 'whsec_') {
    const isLongEnough = bytes.length >= MIN_SECRET_BYTES && bytes.length <= MAX_SECRET_BYTES
    return isLongEnough ? { version: 'v1', text, key: bytes } : null
  }
  if (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES) return null
  return {
    version: 'v1a',
    text,
    seed: bytes.slice(0, SEED_BYTES),
    publicKey: bytes.length === SEED_BYTES ? null : bytes.slice(SEED_BYTES),
  }
}

/**
 * Says which secret holds a public key that does not belong to its seed; null when none does. The receiver
 * knows that public key, so it would refuse everything that the seed signs.
 */
export function findSecretProblem(secrets: readonly SigningSecret[]): string | null {
  const index = secrets.findIndex((secret) => !isPair(secret))
  if (index < 0) return null
  const which = secrets.length > 1 ? `Entry ${index + 1} must` : 'Must'
  return `${which} be a whsk_ secret whose public key belongs to its seed: copy the pair again, or leave the public key out`
}

function isPair(secret: SigningSecret): boolean {
  if (secret.version === 'v1' || secret.publicKey === null) return true
  return String(publicKeyOf(secret.seed)) === String(secret.publicKey)
}

/** The parts of a secret that no reason may show: the whole, its base64, and the seed of a pair of keys. */
export function maskedPartsOf(secret: SigningSecret): readonly string[] {
  const { text } = secret
  const whole = [text, text.slice(text.indexOf('_') + 1)]
  if (secret.version === 'v1' || secret.publicKey === null) return whole
  return [...whole, btoa(String.fromCharCode(...secret.seed))]
}
