/**
 * The operator's own wording of messages, in Mustache. Every value is escaped in the receiver's own way, so
 * the template decides about the markup and text of the CRM never does; forms without escaping are refused.
 */
import mustache from 'mustache'
import { err, ok, type Result } from '../../core/result.ts'
import { nearestWord } from '../../core/nearest-word.ts'
import type { Parcel } from '../receiver.ts'
import type { Catalogue } from '../language/catalogue.ts'
import type { ChangeLine, Group, Message } from './message.ts'
import { describeCode, describeKind, describeLabel, formatSpanUtc } from './wording.ts'
import { describeUser } from './people.ts'
import { own, writeUnstyled, type Line } from './text/line.ts'

const CHANGE_NAMES = ['text', 'label', 'before', 'after']
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  changes: CHANGE_NAMES,
  fields: ['heading', 'changes'],
  notes: ['.'],
}
const TOP_NAMES = [
  'title',
  'lead',
  'summary',
  'portal',
  'time',
  'link',
  'overview',
  'count',
  'kind',
  'label',
  'code',
  'user',
  'more',
  'digest',
  ...Object.keys(SECTIONS),
]

/** Every variable of a template, in the order in which errors list them. */
export const TEMPLATE_NAMES: readonly string[] = [
  ...new Set([...TOP_NAMES, ...CHANGE_NAMES, 'heading']),
]

/** A template that has been checked. */
export interface Template {
  readonly source: string
  /** True when it has words for several fields. Without them digests keep the relay's own wording. */
  readonly tellsDigests: boolean
}

/** Checks a template: its syntax, its variables, and that nothing in it goes around the escaping. */
export function parseTemplate(source: string): Result<Template, string> {
  if (source.trim() === '') return err('Must hold some text')
  const tokens = tokensOf(source)
  if (!tokens.ok) return tokens
  const problem = findProblem(tokens.value, TOP_NAMES)
  if (problem !== null) return err(problem)
  return ok({ source, tellsDigests: hasSection(tokens.value, 'fields') })
}

/** A piece of a parsed template, in the library's form `[type, name, start, end, inner tokens, …]`. */
type Token = readonly [type: string, name: string, ...rest: readonly unknown[]]

function tokensOf(source: string): Result<readonly Token[], string> {
  try {
    // Sound: the documentation of parse() promises such arrays, for which the library has no type.
    return ok(mustache.parse(source) as unknown as readonly Token[])
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(' at ', 1)[0] : ''
    return err(`Must be a Mustache template: ${reason ?? ''}`)
  }
}

function findProblem(tokens: readonly Token[], names: readonly string[]): string | null {
  for (const token of tokens) {
    const problem = judgeToken(token, names)
    if (problem !== null) return problem
  }
  return null
}

function judgeToken(token: Token, names: readonly string[]): string | null {
  const [type, name] = token
  switch (type) {
    case '&':
      return `Must not show ${name} unescaped: use {{${name}}}`
    case '>':
      return 'Must not include other templates'
    case 'name':
      if (!names.includes(name)) return unknownName(name, names)
      return isSection(name) ? `Must use ${name} as a section: {{#${name}}}…{{/${name}}}` : null
    case '#':
    case '^':
      if (!names.includes(name)) return unknownName(name, names)
      return findProblem(innerTokens(token), type === '#' ? namesInside(name, names) : names)
    default:
      // The library has more types, such as plain text and comments; none of them shows a value.
      return null
  }
}

function isSection(name: string): boolean {
  return Object.hasOwn(SECTIONS, name)
}

/** The names inside a section. The point stands for the item of the innermost section only. */
function namesInside(section: string, names: readonly string[]): readonly string[] {
  const inner = isSection(section) ? (SECTIONS[section] ?? []) : []
  return [...names.filter((name) => name !== '.'), ...inner]
}

function unknownName(name: string, names: readonly string[]): string {
  const near = nearestWord(name, names)
  const hint = near === null ? '' : `; did you mean ${near}?`
  const known = [...new Set(names)].join(', ')
  return `Must use known variables: {{${name}}} is not one of ${known}${hint}`
}

function innerTokens(token: Token): readonly Token[] {
  const inner = token[4]
  return Array.isArray(inner) ? inner : []
}

function hasSection(tokens: readonly Token[], wanted: string): boolean {
  return tokens.some(
    (token) => (token[0] === '#' && token[1] === wanted) || hasSection(innerTokens(token), wanted),
  )
}

/**
 * A value that a template shows. It is an object, as the library would repeat a section for each item of a
 * list.
 */
interface Shown {
  readonly line: Line
}

/** The text of a template that has been checked; `escape` makes foreign text inert for the receiver. */
export function renderTemplate(
  { source }: Template,
  view: object,
  escape: (text: string) => string,
): string {
  const write = (value: unknown): string =>
    isShown(value) ? writeUnstyled(value.line, escape) : escape(String(value))
  return mustache.render(source, view, {}, { escape: write })
}

function isShown(value: unknown): value is Shown {
  return typeof value === 'object' && value !== null && 'line' in value
}

/** The values that a template can show of a message. */
export function templateView(message: Message, parcel: Parcel, words: Catalogue): object {
  const [delivery, ...others] = parcel.deliveries
  const { field } = delivery.event
  const isOne = others.length === 0
  const label = describeLabel(delivery)
  return {
    title: shown(message.title),
    lead: shown(message.lead),
    summary: shown(message.summary),
    portal: message.portal,
    time: shown([own(formatSpanUtc(message.firstAt, message.lastAt))]),
    link: message.link === null ? null : shown([own(message.link.url)]),
    overview: message.overview === null ? null : shown([own(message.overview.url)]),
    count: shown([own(String(parcel.deliveries.length))]),
    digest: !isOne,
    kind: isOne && field !== null ? shown([own(describeKind(field, words))]) : null,
    label: isOne ? label : null,
    code: isOne && field !== null ? shown(describeCode(field, words)) : null,
    user: isOne ? shown(describeUser(delivery, words)) : null,
    changes: message.groups.flatMap(listChanges).map(viewChange),
    fields: message.groups.map((group) => ({
      heading: shown(group.heading.length === 0 ? message.title : group.heading),
      changes: listChanges(group).map(viewChange),
    })),
    notes: [...(message.alert === null ? [] : [message.alert]), ...message.notes].map((note) =>
      shown([own(note)]),
    ),
    more: message.more === null ? null : shown([own(message.more.text)]),
  }
}

/** A template has its own words for every change, the one of the headline included. */
function listChanges({ headlined, lines }: Group): readonly ChangeLine[] {
  return [...headlined, ...lines]
}

function viewChange({ text, label, before, after }: ChangeLine): object {
  return {
    text: shown(text),
    label: shown(label),
    before: before === null ? null : shown(before),
    after: after === null ? null : shown(after),
  }
}

function shown(line: Line): Shown | null {
  return line.length === 0 ? null : { line }
}
