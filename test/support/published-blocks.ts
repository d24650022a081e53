/** Reads the blocks of settings that README and the pages show. */
import type { TomlTable, TomlValue } from '../../playground/toml.ts'

/** The blocks of a language in a page. */
export function blocksIn(page: string, language: 'toml' | 'dotenv' | 'sh'): readonly string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gmsu')
  return [...page.matchAll(pattern)].map(([, text = '']) => text)
}

/** The settings of a file of secrets: `NAME=value`, or `NAME='value'`. */
export function secretsIn(text: string): Record<string, string> {
  const lines = [...text.matchAll(/^(\w+)=(?:'([^'\n]*)'|([^'\n]*))$/gmu)]
  return Object.fromEntries(
    lines.map(([, name = '', quoted, bare]) => [name, quoted ?? bare ?? '']),
  )
}

/** The vars of a configuration of wrangler. */
export function varsOf(table: TomlTable): Record<string, TomlValue> {
  const vars = table['vars']
  if (typeof vars !== 'object' || Array.isArray(vars)) return {}
  return vars
}
