/** The peers that can be installed on this machine. */
import type { ServerKind } from '../contenders/server.ts'
import { EXPRESS, EXPRESS_PACKAGES } from './express.ts'
import { N8N, N8N_PACKAGES } from './n8n.ts'
import { NODE_RED, NODE_RED_PACKAGES } from './node-red.ts'
import { installPeer, SCRATCH } from './scratch.ts'

interface Peer {
  readonly name: string
  readonly kind: ServerKind
  readonly packages: readonly string[]
}

const ALWAYS: readonly Peer[] = [{ name: 'express', kind: EXPRESS, packages: EXPRESS_PACKAGES }]

const ON_WISH: readonly Peer[] = [
  { name: 'node-red', kind: NODE_RED, packages: NODE_RED_PACKAGES },
  { name: 'n8n', kind: N8N, packages: N8N_PACKAGES },
]

/** Installs the peers; one that cannot be installed is told and left out. */
export async function installedPeers({
  withPeers,
  say,
}: {
  readonly withPeers: boolean
  readonly say: (line: string) => void
}): Promise<readonly ServerKind[]> {
  const installed: ServerKind[] = []
  for (const { name, kind, packages } of withPeers ? [...ALWAYS, ...ON_WISH] : ALWAYS) {
    try {
      say(`Installing ${packages.join(' and ')} below ${SCRATCH}, unless they are there`)
      await installPeer(name, packages)
      installed.push(kind)
    } catch (error) {
      say(`${kind.name} is left out, as it cannot be installed here: ${String(error)}`)
    }
  }
  return installed
}
