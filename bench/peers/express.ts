/** The hand-written relay of express-relay.mjs as a contender. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServerKind } from '../contenders/server.ts'
import { bodyOf, SENDERS } from '../load/senders.ts'
import { startPeer } from './process.ts'
import { installPeer, PEER_NODE } from './scratch.ts'

const PROGRAM = fileURLToPath(new URL('express-relay.mjs', import.meta.url))

/** The versions that are measured. */
export const EXPRESS_PACKAGES = ['express@5.3.0', 'better-sqlite3@12.11.1']

/** Express and better-sqlite3. */
export const EXPRESS: ServerKind = {
  name: 'Express and better-sqlite3, three receivers',
  delivers: true,
  start: async ({ folder, receivers }) => {
    const home = await installPeer('express', EXPRESS_PACKAGES)
    mkdirSync(folder, { recursive: true })
    // It finds its packages beside itself.
    copyFileSync(PROGRAM, join(home, 'express-relay.mjs'))
    const tokens = SENDERS.map(({ applicationToken, memberId }) => [applicationToken, memberId])
    return startPeer({
      node: PEER_NODE,
      cwd: home,
      args: ['express-relay.mjs'],
      env: (port) => ({
        PORT: String(port),
        DATABASE: join(folder, 'events.db'),
        SECRET: 'a-secret-of-the-bench',
        RECEIVERS: JSON.stringify(receivers),
        TOKENS: JSON.stringify(Object.fromEntries(tokens)),
      }),
    })
  },
  request: (id, portal) => ({ path: '/bitrix24/events', body: bodyOf(id, portal) }),
}
