/** Lets a process without workerd import the Worker: the classes of Durable Objects, and the pages that are written in JSX. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
// The one with which wrangler bundles the Worker.
import { transformSync } from 'esbuild'

/** Where `cloudflare:workers` is imported from. */
export const SHIM = new URL('machine/cloudflare-workers.ts', import.meta.url).href

/** Node strips types by itself, and knows no JSX. */
const JSX = { loader: 'tsx', jsx: 'automatic', jsxImportSource: 'hono/jsx' }

registerHooks({
  resolve(specifier, context, next) {
    return specifier === 'cloudflare:workers'
      ? { url: SHIM, shortCircuit: true }
      : next(specifier, context)
  },
  load(url, context, next) {
    if (!url.endsWith('.tsx')) return next(url, context)
    const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), JSX)
    return { format: 'module', source: code, shortCircuit: true }
  },
})
