/** Where `cloudflare:workers` is imported from, once the hooks are registered: see register.mjs. */
export declare const SHIM: string
