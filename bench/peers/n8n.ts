/** n8n with one workflow: a webhook, three requests. It stores each execution in its own SQLite. */
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ServerKind } from '../contenders/server.ts'
import { bodyOf } from '../load/senders.ts'
import { startPeer } from './process.ts'
import { installPeer, PEER_NODE } from './scratch.ts'

/** The version that is measured. */
export const N8N_PACKAGES = ['n8n@2.41.3']

const PATH = 'bitrix24-events'
const PROGRAM = 'node_modules/n8n/bin/n8n'

/** n8n. */
export const N8N: ServerKind = {
  name: 'n8n, three receivers',
  delivers: true,
  start: async ({ folder, receivers }) => {
    const home = await installPeer('n8n', N8N_PACKAGES)
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'workflow.json')
    writeFileSync(file, JSON.stringify([workflowTo(receivers)]))
    const env = {
      N8N_USER_FOLDER: folder,
      N8N_LISTEN_ADDRESS: '127.0.0.1',
      N8N_DIAGNOSTICS_ENABLED: 'false',
      N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
      N8N_RUNNERS_ENABLED: 'false',
      DB_SQLITE_POOL_SIZE: '2',
    }
    const prepare = promisify(execFile)
    const options = { cwd: home, env: { ...process.env, ...env } }
    await prepare(PEER_NODE, [PROGRAM, 'import:workflow', `--input=${file}`], options)
    await prepare(PEER_NODE, [PROGRAM, 'update:workflow', '--all', '--active=true'], options)
    return startPeer({
      node: PEER_NODE,
      cwd: home,
      args: [PROGRAM, 'start'],
      env: (port) => ({ ...env, N8N_PORT: String(port) }),
    })
  },
  request: (id, portal) => ({ path: `/webhook/${PATH}`, body: bodyOf(id, portal) }),
}

function workflowTo(receivers: readonly string[]): unknown {
  const requests = receivers.map((url, index) => ({
    id: `to${index}`,
    name: `to ${index}`,
    type: 'n8n-nodes-base.httpRequest',
    typeVersion: 4.2,
    position: [300, index * 200],
    parameters: {
      method: 'POST',
      url,
      sendBody: true,
      specifyBody: 'json',
      jsonBody: '={{ JSON.stringify($json.body) }}',
      options: {},
    },
  }))
  return {
    id: 'relayofthebench0',
    name: 'relay',
    active: true,
    settings: {},
    nodes: [
      {
        id: 'in',
        name: 'in',
        type: 'n8n-nodes-base.webhook',
        typeVersion: 2,
        position: [0, 0],
        webhookId: PATH,
        parameters: { httpMethod: 'POST', path: PATH, responseMode: 'onReceived', options: {} },
      },
      ...requests,
    ],
    connections: {
      in: { main: [requests.map(({ name }) => ({ node: name, type: 'main', index: 0 }))] },
    },
  }
}
