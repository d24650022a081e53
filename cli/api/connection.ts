/**
 * The way to the relay: its address, and what opens its admin surface. The token comes from the environment or from a
 * file, never from the command line, which every process of the machine can read. It is printed nowhere.
 */
import { parseEnv } from 'node:util'
import { EXIT } from '../exit-codes.ts'
import { Fault } from '../fault.ts'
import type { World } from '../world.ts'

/** The options and the environment by which a command finds the relay. */
export interface ConnectionOptions {
  /** @default the environment's RELAY_URL */
  readonly url?: string
  /** @default the environment's ADMIN_TOKEN */
  readonly tokenFile?: string
}

/** The address of a relay, and the headers of each request. */
export interface Connection {
  /** Without a slash at its end. */
  readonly origin: string
  readonly headers: Readonly<Record<string, string>>
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/** Reads the way to the relay. Throws a `Fault` that says what is missing. */
export function readConnection(
  { url, tokenFile }: ConnectionOptions,
  world: Pick<World, 'env' | 'readFile'>,
): Connection {
  const { env } = world
  const origin = parseOrigin(url ?? env['RELAY_URL'] ?? '')
  const token = tokenFile === undefined ? (env['ADMIN_TOKEN'] ?? '') : readToken(tokenFile, world)
  const access = accessHeaders(env)
  if (token === '' && access === null) {
    throw new Fault(
      EXIT.usage,
      'Cannot ask the relay as no token is given',
      'Set ADMIN_TOKEN, or name a file that holds it with --token-file; behind Cloudflare Access, set CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET',
    )
  }
  const bearer = token === '' ? {} : { authorization: `Bearer ${checkedToken(token)}` }
  return { origin, headers: { accept: 'application/json', ...bearer, ...access } }
}

function parseOrigin(text: string): string {
  if (text === '') {
    throw new Fault(
      EXIT.usage,
      'Cannot ask the relay as its address is not given',
      'Set RELAY_URL, or give --url https://relay.example.com',
    )
  }
  if (!URL.canParse(text)) throw new Fault(EXIT.usage, 'The address of the relay is no URL')
  const { protocol, hostname, origin, username } = new URL(text)
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
  if (!isSafe || username !== '') {
    throw new Fault(
      EXIT.usage,
      'The address of the relay must be an https URL without a user, or an http one of this machine: the token would go in clear',
    )
  }
  return origin
}

/** A file that holds the token alone, or a secrets file with a line `ADMIN_TOKEN=…`. */
function readToken(path: string, { readFile }: Pick<World, 'readFile'>): string {
  const text = readFile(path)
  if (text === null)
    throw new Fault(EXIT.usage, `Cannot read the token as there is no file ${path}`)
  const token = parseEnv(text)['ADMIN_TOKEN'] ?? text.trim()
  if (token === '' || /[\s=]./.test(token)) {
    throw new Fault(
      EXIT.usage,
      `Cannot find the token in ${path}: it must hold a line ADMIN_TOKEN=…, or the token alone`,
    )
  }
  return token
}

/** A header takes no other characters, and an error of the network library would print the value. */
function checkedToken(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Fault(EXIT.usage, 'The admin token must be one word of ASCII characters')
  }
  return token
}

/** The headers of a service token of Cloudflare Access; null without one. */
function accessHeaders(env: World['env']): Readonly<Record<string, string>> | null {
  const id = env['CF_ACCESS_CLIENT_ID'] ?? ''
  const secret = env['CF_ACCESS_CLIENT_SECRET'] ?? ''
  if (id === '' && secret === '') return null
  if (id === '' || secret === '') {
    throw new Fault(EXIT.usage, 'CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET belong together')
  }
  return {
    'cf-access-client-id': checkedToken(id),
    'cf-access-client-secret': checkedToken(secret),
  }
}
