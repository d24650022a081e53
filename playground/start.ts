/**
 * `npm start`: starts a playground, prints where its page is, and leaves nothing behind when it is told
 * to stop: no process, no folder. `--port` is the port of the page.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCommandLine, refuseArguments } from '../scripts/command-line.ts'
import { buildRelay, stopBuilds } from './relay-build.ts'
import type { Session } from './session.ts'
import { explainPort, tryPort } from './try-port.ts'

const USAGE = `Usage:
  npm start
  npm start -- --port 8080

Starts the playground, and prints where its page is. Without a port a free one is taken.`

const { values } = readCommandLine({
  usage: USAGE,
  options: {
    port: { type: 'string', default: '0' },
    // Accepted and ignored, since the playground never opens a browser. Scripts may name it to be clear.
    'no-open': { type: 'boolean', default: false },
  },
  refuse: (line) =>
    /^\d{1,5}$/.test(line.values.port) && Number(line.values.port) <= 65_535
      ? refuseArguments(line)
      : `Cannot use the port as it must be a number from 0 to 65535: ${line.values.port}`,
})

const port = Number(values.port)
// Asked before the build, which takes the longest, and in vain when the port is taken.
const free = await tryPort(port)
if (!free.ok) stopWith(free.error)

const folder = mkdtempSync(join(tmpdir(), 'relay-playground-'))
let session: Session | null = null

// Everything in here is synchronous, so it also works when the process ends by a signal or an error.
process.on('exit', () => {
  stopBuilds()
  session?.closeNow()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(0))
}

// The bundle takes the longest, and Miniflare takes a second to load: both at once.
const [{ startSession }, { startPageServer }] = await Promise.all([
  import('./session.ts'),
  import('./page-server.ts'),
  buildRelay({ outFolder: join(folder, 'bundle') }),
])
session = await startSession({ folder })
const page = await startPageServer(session, port).catch((error: unknown) =>
  // Somebody has taken the port meanwhile.
  stopWith(explainPort(port, error)),
)
process.stdout.write(
  `Playground: ${page.origin}\nRelay: ${session.relay.url} (admin token ${session.adminToken})\nStop with Ctrl-C\n`,
)

/** Says in words why the playground does not start. */
function stopWith(problem: string): never {
  process.stderr.write(`${problem}\n\n${USAGE}\n`)
  process.exit(2)
}
