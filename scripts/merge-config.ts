/**
 * Lays an operator's own wrangler.local.toml over the wrangler.toml of this project, so that an upgrade changes
 * the one and never the other (docs/decisions/0041).
 */
import { isTable, type TomlTable, type TomlValue } from '../playground/toml.ts'

/**
 * The operator's values win. Tables are merged, and so are bindings of one name: a namespace gets its id, and
 * keeps what the project says of it. A setting of `[vars]` and any other list is taken as a whole, so that a list
 * of destinations is the operator's own.
 */
export function mergeConfig(project: TomlTable, own: TomlTable): TomlTable {
  const merged = { ...project }
  for (const [key, value] of Object.entries(own)) {
    merged[key] = mergeValue(project[key], value, { isSettings: key === 'vars' })
  }
  return merged
}

function mergeValue(
  project: TomlValue | undefined,
  own: TomlValue,
  { isSettings }: { readonly isSettings: boolean },
): TomlValue {
  if (isTable(project) && isTable(own)) {
    return isSettings ? { ...project, ...own } : mergeConfig(project, own)
  }
  if (Array.isArray(project) && Array.isArray(own) && own.length > 0 && own.every(isBinding)) {
    return mergeBindings(project, own)
  }
  return own
}

function mergeBindings(project: readonly TomlValue[], own: readonly TomlTable[]): TomlValue[] {
  const kept = project.map((entry) => {
    const change = own.find((candidate) => isTable(entry) && nameOf(candidate) === nameOf(entry))
    return change === undefined || !isTable(entry) ? entry : mergeConfig(entry, change)
  })
  const known = project.filter(isTable).map(nameOf)
  return [...kept, ...own.filter((entry) => !known.includes(nameOf(entry)))]
}

function isBinding(value: TomlValue): value is TomlTable {
  return isTable(value) && nameOf(value) !== undefined
}

/** The name by which the Worker knows a binding. */
function nameOf(entry: TomlTable): TomlValue | undefined {
  return entry['binding'] ?? entry['name']
}
