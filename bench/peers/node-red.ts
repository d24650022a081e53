/** Node-RED with one flow: a request comes in, three go out, each event by itself. It stores nothing. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerKind } from '../contenders/server.ts'
import { bodyOf } from '../load/senders.ts'
import { startPeer } from './process.ts'
import { installPeer } from './scratch.ts'

/** The version that is measured. */
export const NODE_RED_PACKAGES = ['node-red@5.0.7']

const SETTINGS = {
  flowFile: 'flows.json',
  uiHost: '127.0.0.1',
  httpAdminRoot: false,
  telemetry: { enabled: false, updateNotification: false },
}

const PATH = '/bitrix24/events'

/** Node-RED. */
export const NODE_RED: ServerKind = {
  name: 'Node-RED, three receivers',
  delivers: true,
  start: async ({ folder, receivers }) => {
    const home = await installPeer('node-red', NODE_RED_PACKAGES)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'flows.json'), JSON.stringify(flowTo(receivers)))
    writeFileSync(
      join(folder, 'settings.js'),
      `module.exports = ${JSON.stringify(SETTINGS)}; module.exports.uiPort = process.env.PORT`,
    )
    return startPeer({
      // Everything in it is JavaScript, and it needs a newer Node than the machine may have.
      node: process.execPath,
      cwd: home,
      args: ['node_modules/node-red/red.js', '--userDir', folder],
      env: (port) => ({ PORT: String(port) }),
    })
  },
  request: (id, portal) => ({ path: PATH, body: bodyOf(id, portal) }),
}

/** The flow: the caller is answered at once, and each receiver gets the event as JSON. */
function flowTo(receivers: readonly string[]): readonly unknown[] {
  const place = { z: 'flow', x: 0, y: 0 }
  const requests = receivers.map((url, index) => ({
    ...place,
    id: `to${index}`,
    type: 'http request',
    method: 'POST',
    ret: 'txt',
    paytoqs: 'ignore',
    url,
    headers: [],
    wires: [[]],
  }))
  const sends = [...requests.map(({ id }) => id), 'answer']
  return [
    { id: 'flow', type: 'tab', label: 'relay' },
    { ...place, id: 'in', type: 'http in', url: PATH, method: 'post', wires: [sends] },
    { ...place, id: 'answer', type: 'http response', statusCode: '200', wires: [] },
    ...requests,
  ]
}
