/** The settings that every destination has, those for people, and those for machines. */
import { DEFAULT_GLOB } from '../../core/events/wanted-events.ts'
import * as v from 'valibot'
import { isGlob } from '../../core/glob.ts'
import { parseCondition } from '../../core/lanes/filters/condition.ts'
import { isContradiction, isUserRule } from '../../core/lanes/filters/user-rule.ts'
import {
  BatchSettingSchema,
  DigestSettingSchema,
  type GatheringSetting,
} from './gathering-setting.ts'
import type { SettingProblem } from './setting-problem.ts'
import { DEFAULT_LANGUAGE, LANGUAGES, type Language } from '../language/languages.ts'

/** The events that a destination gets when it names none. */
export const DEFAULT_EVENTS = [DEFAULT_GLOB] as const

const DEFAULT_RETRY_HOURS = 72
const MIN_RETRY_HOURS = 24
const MAX_RETRY_HOURS = 24 * 30
const DEFAULT_TIMEOUT_MS = 10_000
const MAX_TIMEOUT_MS = 30_000
const MAX_TEMPLATE = 10_000

const MAX_PORTS = 10
const MAX_USERS = 100
const MAX_CONDITIONS = 20

// Every schema has a message of ours, as the messages of the library show the value.
const GLOBS_FORM = 'Must be a list of globs'
const FieldGlobsSchema = v.array(
  v.pipe(v.string(GLOBS_FORM), v.check(isGlob, GLOBS_FORM)),
  GLOBS_FORM,
)
const GlobsSchema = v.pipe(FieldGlobsSchema, v.minLength(1, 'Must name at least one glob'))

const PORTS_FORM = `Must be a list of 1 to ${MAX_PORTS} port numbers`

const USERS_FORM = `Must be a list of at most ${MAX_USERS} users: "512", "!512" to leave one out, "none" for nobody`
const UsersSchema = v.pipe(
  v.array(v.pipe(v.string(USERS_FORM), v.check(isUserRule, USERS_FORM)), USERS_FORM),
  v.maxLength(MAX_USERS, USERS_FORM),
  v.check(
    (rules) => !isContradiction(rules),
    'Must either take users or leave users out: without "!" only those named are taken, with "!" all but those',
  ),
)

const CONDITIONS_FORM = `Must be a list of at most ${MAX_CONDITIONS} conditions such as "data.FIELDS.CATEGORY_ID = 9"`
const ConditionsSchema = v.pipe(
  v.array(v.string(CONDITIONS_FORM), CONDITIONS_FORM),
  v.maxLength(MAX_CONDITIONS, CONDITIONS_FORM),
  v.rawCheck(({ dataset, addIssue }) => {
    for (const [index, text] of dataset.typed ? dataset.value.entries() : []) {
      const parsed = parseCondition(text)
      if (parsed.ok) continue
      const { position, wanted } = parsed.error
      const message = `Must hold conditions: condition ${index + 1}, character ${position}, must be ${wanted}`
      addIssue({ message })
    }
  }),
)

const COMMON = {
  name: v.pipe(
    v.string('Must be a text'),
    v.regex(/^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/u, 'Must be 1 to 64 of a-z, 0-9, _ and -'),
  ),
  type: v.string('Must be a text'),
  events: v.optional(GlobsSchema, [...DEFAULT_EVENTS]),
  portals: v.optional(GlobsSchema, ['*']),
  fields: v.optional(FieldGlobsSchema, []),
  users: v.optional(UsersSchema),
  when: v.optional(ConditionsSchema),
  retryHours: v.optional(
    v.pipe(
      v.number('Must be a number of hours'),
      v.minValue(MIN_RETRY_HOURS, `Must be at least ${MIN_RETRY_HOURS}`),
      v.maxValue(MAX_RETRY_HOURS, `Must be at most ${MAX_RETRY_HOURS}`),
    ),
    DEFAULT_RETRY_HOURS,
  ),
  timeoutMs: v.optional(
    v.pipe(
      v.number('Must be a number of milliseconds'),
      v.minValue(100, 'Must be at least 100'),
      v.maxValue(MAX_TIMEOUT_MS, `Must be at most ${MAX_TIMEOUT_MS}`),
    ),
    DEFAULT_TIMEOUT_MS,
  ),
  unchanged: v.optional(v.picklist(['send', 'skip'], 'Must be "send" or "skip"')),
  fallback: v.optional(v.string('Must be the name of another destination')),
  allowPorts: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          v.number(PORTS_FORM),
          v.integer(PORTS_FORM),
          v.minValue(1, PORTS_FORM),
          v.maxValue(65_535, PORTS_FORM),
        ),
        PORTS_FORM,
      ),
      v.minLength(1, PORTS_FORM),
      v.maxLength(MAX_PORTS, PORTS_FORM),
    ),
  ),
} as const

const FOR_PEOPLE = {
  digest: v.optional(DigestSettingSchema),
  language: v.optional(
    v.picklist(LANGUAGES, `Must be one of ${LANGUAGES.join(', ')}`),
    DEFAULT_LANGUAGE,
  ),
  template: v.optional(
    v.pipe(
      v.string('Must be a text'),
      v.maxLength(MAX_TEMPLATE, `Must be at most ${MAX_TEMPLATE} characters long`),
      v.check((text) => !/^\$[A-Za-z.]+\w*$/.test(text), 'Must be the wording itself'),
    ),
  ),
} as const

const FOR_MACHINES = { batch: v.optional(BatchSettingSchema) } as const

/** The keys that every destination knows. */
export const COMMON_KEYS: readonly string[] = Object.keys(COMMON)

/** The further keys that every destination for people knows. */
export const PEOPLE_KEYS: readonly string[] = Object.keys(FOR_PEOPLE)

/** The further keys that every destination for a machine knows. */
export const MACHINE_KEYS: readonly string[] = Object.keys(FOR_MACHINES)

/** The values of the common keys of one destination. */
export interface CommonSettings {
  readonly name: string
  readonly type: string
  readonly events: readonly string[]
  readonly portals: readonly string[]
  readonly fields: readonly string[]
  readonly users?: readonly string[] | undefined
  readonly when?: readonly string[] | undefined
  readonly retryHours: number
  readonly timeoutMs: number
  readonly unchanged?: 'send' | 'skip' | undefined
  /** The fallback: the destination that is told the bulletins about this one. */
  readonly fallback?: string | undefined
  /** Ports that this destination may use beside 443 and 8443. */
  readonly allowPorts?: readonly number[] | undefined
  readonly digest: GatheringSetting | null
  readonly batch: GatheringSetting | null
  readonly language: Language
  readonly template: string | null
}

/** Reads key by key, so that one wrong key does not hide the next one; problems are added to the list. */
export function readCommon(
  table: Readonly<Record<string, unknown>>,
  problems: SettingProblem[],
): CommonSettings {
  const read = <S extends v.GenericSchema>(
    key: string,
    schema: S,
    fallback: v.InferOutput<S>,
  ): v.InferOutput<S> => {
    const result = v.safeParse(schema, table[key])
    if (result.success) return result.output
    problems.push({ setting: key, problem: result.issues[0].message })
    return fallback
  }
  return {
    name: read('name', COMMON.name, ''),
    type: read('type', COMMON.type, ''),
    events: read('events', COMMON.events, []),
    portals: read('portals', COMMON.portals, []),
    fields: read('fields', COMMON.fields, []),
    users: read('users', COMMON.users, undefined),
    when: read('when', COMMON.when, undefined),
    retryHours: read('retryHours', COMMON.retryHours, DEFAULT_RETRY_HOURS),
    timeoutMs: read('timeoutMs', COMMON.timeoutMs, DEFAULT_TIMEOUT_MS),
    unchanged: read('unchanged', COMMON.unchanged, undefined),
    fallback: read('fallback', COMMON.fallback, undefined),
    allowPorts: read('allowPorts', COMMON.allowPorts, undefined),
    digest: read('digest', FOR_PEOPLE.digest, undefined) ?? null,
    batch: read('batch', FOR_MACHINES.batch, undefined) ?? null,
    language: read('language', FOR_PEOPLE.language, DEFAULT_LANGUAGE),
    template: read('template', FOR_PEOPLE.template, undefined) ?? null,
  }
}
