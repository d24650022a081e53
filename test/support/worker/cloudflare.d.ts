/** Types of `cloudflare:workers` inside the runtime tests. */
declare namespace Cloudflare {
  interface Env {
    readonly INSTALLS: KVNamespace
    readonly PORTALS: DurableObjectNamespace<import('./worker.ts').Portal>
    readonly DIRECTORY: DurableObjectNamespace<import('./worker.ts').Directory>
    readonly PACERS: DurableObjectNamespace<import('./worker.ts').Pacer>
  }
  interface GlobalProps {
    mainModule: { default: ExportedHandler<Env> }
  }
}
