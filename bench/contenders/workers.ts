/** The bare Workers beside which the relay is measured, on the same runtime. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { bodyOf } from '../load/senders.ts'
import { formatConfig, type WorkerSetup } from '../runtime/config.ts'
import { startWorkerd } from '../runtime/workerd.ts'
import type { Server, ServerKind, Stand } from './server.ts'

/** Writes a module of bench/workers without its types into a folder. */
export function writeModule(name: string, folder: string): void {
  const source = readFileSync(new URL(`../workers/${name}.ts`, import.meta.url), 'utf8')
  writeFileSync(join(folder, `${name}.js`), stripTypeScriptTypes(source))
}

/** Starts workerd with one Worker. */
export async function startWorker(setup: WorkerSetup, folder: string): Promise<Server> {
  const config = formatConfig(setup)
  let workerd = await startWorkerd({ config, folder })
  const { port } = workerd
  return {
    port,
    get pid() {
      return workerd.pid
    },
    kill: () => workerd.kill(),
    restart: async () => {
      await workerd.kill()
      workerd = await startWorkerd({ config, folder, port })
    },
  }
}

function bareWorker(
  name: string,
  { module, delivers = false }: { readonly module: string; readonly delivers?: boolean },
): ServerKind {
  return {
    name,
    delivers,
    start: ({ folder, receivers }: Stand) => {
      mkdirSync(folder, { recursive: true })
      writeModule(module, folder)
      const objects = module === 'constant' ? [] : [{ binding: 'STORE', className: 'Store' }]
      const settings = { RECEIVERS: JSON.stringify(receivers) }
      return startWorker({ module: `${module}.js`, objects, settings }, folder)
    },
    request: (id, portal) => ({ path: `/${portal}`, body: bodyOf(id, portal) }),
  }
}

/** Answers, and does nothing. */
export const CONSTANT = bareWorker('constant answer', { module: 'constant' })

/** One durable insert for each event. */
export const INSERT = bareWorker('bare Worker, one insert', { module: 'insert' })

/** One commit for a group of events. */
export const GROUPED = bareWorker('bare Worker, grouped inserts', { module: 'grouped' })

/** One insert and three requests for each event. */
export const FETCHING = bareWorker('bare Worker, insert and three requests', {
  module: 'fetching',
  delivers: true,
})
