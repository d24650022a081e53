/**
 * Reads one setting after another, and collects the problems. A setting may be a value of TOML or JSON text,
 * since a secret and `--var` can carry text only. No problem ever shows a value.
 */
import * as v from 'valibot'
import type { SettingProblem } from '../destinations/settings/setting-problem.ts'

/** Stands for a text that is no JSON. Every schema refuses it, and names the form that it wants. */
const NOT_JSON = Symbol('not JSON')

/** The settings of one environment. */
export class SettingsReader {
  readonly problems: SettingProblem[] = []
  readonly warnings: string[] = []
  /** The names of all settings that were asked for, whether or not they are set. */
  readonly read: string[] = []
  readonly #env: Readonly<Record<string, unknown>>

  constructor(env: Readonly<Record<string, unknown>>) {
    this.#env = env
  }

  /** The value as it is, without blanks around it; undefined when it is absent or empty. */
  raw(setting: string): unknown {
    this.read.push(setting)
    const value = this.#env[setting]
    if (typeof value !== 'string') return value ?? undefined
    return value.trim() === '' ? undefined : value.trim()
  }

  /** A text; anything else is a problem. */
  text(setting: string): string | undefined {
    const value = this.raw(setting)
    if (value === undefined || typeof value === 'string') return value
    this.report(setting, 'Must be a text')
    return undefined
  }

  /** The secret to which a destination refers as `$NAME`; a binding or a table of that name is none. */
  secret(name: string): string | undefined {
    const value = this.raw(name)
    return typeof value === 'string' ? value : undefined
  }

  /** True or false; false when absent. */
  flag(setting: string): boolean {
    const value = this.raw(setting)
    if (value === true || value === 'true') return true
    if (value !== undefined && value !== false && value !== 'false') {
      this.report(setting, 'Must be "true" or "false"')
    }
    return false
  }

  /** A value that may be given as JSON text; undefined when it is absent or empty. */
  structured(setting: string): unknown {
    const value = this.raw(setting)
    if (typeof value !== 'string') return value
    try {
      const parsed: unknown = JSON.parse(value)
      return parsed
    } catch {
      // The parser's message quotes the input, which may be a secret.
      return NOT_JSON
    }
  }

  /**
   * Parses such a value by a schema; undefined when it is absent, and when it is wrong, which is reported.
   */
  parse<S extends v.GenericSchema>(setting: string, schema: S): v.InferOutput<S> | undefined {
    const value = this.structured(setting)
    if (value === undefined) return undefined
    const result = v.safeParse(schema, value)
    if (result.success) return result.output
    this.refuse(setting, value, result.issues[0].message)
    return undefined
  }

  /** Reports the form that is wanted of such a value. */
  refuse(setting: string, value: unknown, wanted: string): void {
    this.report(setting, value === NOT_JSON ? `${wanted} (the text is not JSON)` : wanted)
  }

  /** Reports a problem. */
  report(setting: string, problem: string): void {
    this.problems.push({ setting, problem })
  }
}

/** Refuses a list where a table is wanted: valibot takes a list for a record of its indexes. */
export function noList(form: string): v.GenericSchema {
  return v.custom<unknown>((value) => !Array.isArray(value), form)
}
