/** The configuration of workerd for one Worker with its objects, its KV and its settings. */

/** A class of Durable Objects, and the binding by which the Worker calls it. */
export interface ObjectBinding {
  readonly binding: string
  readonly className: string
}

/** One Worker. */
export interface WorkerSetup {
  /** The module, as a path from the folder of the configuration. */
  readonly module: string
  readonly objects: readonly ObjectBinding[]
  readonly flags?: readonly string[]
  /** Texts and JSON values. */
  readonly settings?: Readonly<Record<string, string>>
  /** The binding of a KV namespace; its module stands beside the Worker's as `kv.js`. */
  readonly kv?: string
}

const DATE = '2026-10-22'

/** Formats the configuration; storage goes to `{folder}/storage`. */
export function formatConfig({
  module,
  objects,
  flags = [],
  settings = {},
  kv,
}: WorkerSetup): string {
  const bindings = [
    ...objects.map(
      ({ binding, className }) =>
        `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`,
    ),
    ...Object.entries(settings).map(
      ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
    ),
    ...(kv === undefined ? [] : [`(name = ${text(kv)}, kvNamespace = "kv")`]),
  ]
  const main = formatWorker({
    module,
    flags,
    bindings,
    classes: objects.map((one) => one.className),
  })
  const stored = '(name = "kv", worker = '
  const kvWorker = formatWorker({
    module: 'kv.js',
    flags: [],
    bindings: ['(name = "STORE", durableObjectNamespace = "Store")'],
    classes: ['Store'],
  })
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = ${main}),
    ${kv === undefined ? '' : `${stored}${kvWorker}),`}
    (name = "storage", disk = (path = "{folder}/storage", writable = true)),
    (name = "internet", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
`
}

function formatWorker(worker: {
  readonly module: string
  readonly flags: readonly string[]
  readonly bindings: readonly string[]
  readonly classes: readonly string[]
}): string {
  const { module, flags, bindings, classes } = worker
  const namespaces = classes.map(
    (name) => `(className = ${text(name)}, uniqueKey = ${text(name)}, enableSql = true)`,
  )
  return `(
      modules = [(name = "worker.js", esModule = embed ${text(module)})],
      compatibilityDate = ${text(DATE)},
      compatibilityFlags = [${flags.map(text).join(', ')}],
      bindings = [${bindings.join(', ')}],
      durableObjectNamespaces = [${namespaces.join(', ')}],
      durableObjectStorage = (localDisk = "storage"))`
}

/** A text as Cap'n Proto reads it: its escapes are those of JSON, as far as ASCII goes. */
function text(value: string): string {
  return JSON.stringify(value)
}
