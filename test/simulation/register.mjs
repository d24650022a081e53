/** Lets a process without workerd import the classes of Durable Objects. */
import { registerHooks } from 'node:module'

/** Where `cloudflare:workers` is imported from. */
export const SHIM = new URL('machine/cloudflare-workers.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    return specifier === 'cloudflare:workers'
      ? { url: SHIM, shortCircuit: true }
      : next(specifier, context)
  },
})
