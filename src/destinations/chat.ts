/**
 * The steps that all receivers for people share. A message is composed once, laid out by the receiver, and
 * made shorter by whole lines until the receiver takes it. A chat receiver is a `ChatKind`; this file makes
 * a `DestinationType` of it.
 */
import type { AddressPolicy } from '../core/safety/address.ts'
import type { ReceiverMemory } from '../core/lanes/state/receiver-memory.ts'
import { err, ok, type Result } from '../core/result.ts'
import { USER_AGENT } from '../core/user-agent.ts'
import { judgeByProfile, needsBody } from './answers/judge.ts'
import type { ChatEndpoint } from './chat-endpoint.ts'
import type { Catalogue } from './language/catalogue.ts'
import { catalogueOf } from './language/languages.ts'
import { composeMessage } from './message/compose.ts'
import type { Message } from './message/message.ts'
import { SAMPLE_PARCEL } from './message/sample.ts'
import { fitMessage } from './message/text/shorten.ts'
import { parseTemplate, renderTemplate, templateView, type Template } from './message/template.ts'
import { limitOf, type Profile } from './profile.ts'
import type {
  Answer,
  AttemptTerms,
  DestinationType,
  OutgoingRequest,
  Parcel,
  Receiver,
  ReceiverTerms,
  Settings,
  AnswerVerdict,
} from './receiver.ts'
import { problemsOf, type SettingProblem } from './settings/setting-problem.ts'

/** The facts that a layout needs beside the message. */
export interface LayoutTerms<E extends ChatEndpoint> {
  readonly endpoint: E
  readonly words: Catalogue
  readonly memory: ReceiverMemory
}

/** The parts that make one kind of chat receiver. `E` is its endpoint, `B` the JSON of its requests. */
export interface ChatKind<E extends ChatEndpoint, B extends object> {
  readonly type: string
  readonly profile: Profile
  /** Checks the settings. */
  open(settings: Settings, policy: AddressPolicy): Result<E, readonly SettingProblem[]>
  /** Lays out a message with all of its lines. */
  layOut(message: Message, terms: LayoutTerms<E>): B
  /** Lays out the text of a template, whose values have been escaped. */
  layOutText(text: string, message: Message, terms: LayoutTerms<E>): B
  /** Makes foreign text inert in the markup that a template may use. */
  escape(text: string): string
  /** Says what is wrong with the markup of a template's text; absent where nothing can be wrong. */
  findMarkupProblem?(text: string): string | null
  /** Whether the receiver takes a body of this size; `json` is its text. */
  fits(body: B, json: string): boolean
  /** Reads from an answer the order to send elsewhere; null leaves the answer to the profile. */
  findMove?(answer: Answer): string | null
}

/** Makes a destination type of a kind of chat receiver. */
export function createChatType<E extends ChatEndpoint, B extends object>(
  kind: ChatKind<E, B>,
): DestinationType {
  return {
    type: kind.type,
    reader: 'person',
    profile: kind.profile,
    layOutEntry: null,
    create: (settings, terms) => createChat(kind, settings, terms),
  }
}

function createChat<E extends ChatEndpoint, B extends object>(
  kind: ChatKind<E, B>,
  settings: Settings,
  { policy, language, template: source }: ReceiverTerms,
): Result<Receiver, readonly SettingProblem[]> {
  const endpoint = kind.open(settings, policy)
  const words = catalogueOf(language)
  const template = source === null ? ok(null) : checkTemplate(kind, source, words)
  if (!endpoint.ok || !template.ok) return err(problemsOf(endpoint, template))
  const chat = { kind, endpoint: endpoint.value, words, template: template.value }
  return ok({
    prepare: async (parcel, terms) => prepare(chat, parcel, terms),
    ...(chat.template === null && {
      compose: (parcel: Parcel, now: number) => composeMessage(parcel, { words, now }),
    }),
    judge: (answer, now) => judge(kind, answer, now),
    needsBody: needsBody(kind.profile),
    secrets: endpoint.value.secrets,
    policy: endpoint.value.policy,
    host: new URL(endpoint.value.url).host,
    paceKey: endpoint.value.paceKey,
    pace: () => kind.profile.pace,
    carefulMs: kind.profile.carefulMs,
    handshake: null,
  })
}

interface Chat<E extends ChatEndpoint, B extends object> {
  readonly kind: ChatKind<E, B>
  readonly endpoint: E
  readonly words: Catalogue
  readonly template: Template | null
}

function prepare<E extends ChatEndpoint, B extends object>(
  chat: Chat<E, B>,
  parcel: Parcel,
  { now, memory }: AttemptTerms,
): OutgoingRequest {
  const { kind, endpoint, words } = chat
  const message = composeMessage(parcel, { words, now })
  const terms = { endpoint, words, memory }
  const body =
    layOutTemplate(chat, { message, parcel, terms }) ??
    fitMessage(message, words, {
      render: (part) => kind.layOut(part, terms),
      fits: (rendered) => kind.fits(rendered, JSON.stringify(rendered)),
    })
  return {
    url: endpoint.url,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': USER_AGENT,
    },
    body: JSON.stringify(body),
  }
}

/**
 * The message in the words of the destination's template. It is null, and the relay's own words are used,
 * without a template, for a digest that the template has no words for, and where the template's text stays
 * empty, too long or wrong markup, however many lines are left out.
 */
function layOutTemplate<E extends ChatEndpoint, B extends object>(
  { kind, words, template }: Chat<E, B>,
  { message, parcel, terms }: { message: Message; parcel: Parcel; terms: LayoutTerms<E> },
): B | null {
  if (template === null) return null
  if (message.kind === 'digest' && !template.tellsDigests) return null
  return fitMessage<B | null>(message, words, {
    render: (part) => {
      const text = writeTemplate(kind, template, templateView(part, parcel, words))
      if (text === '' || Array.from(text).length > maxTemplate(kind)) return null
      // The sample that was tried at configuration does not reach every section of a template.
      if ((kind.findMarkupProblem?.(text) ?? null) !== null) return null
      const body = kind.layOutText(text, part, terms)
      return kind.fits(body, JSON.stringify(body)) ? body : null
    },
    fits: (body) => body !== null,
  })
}

/** The parts of a kind that concern templates. */
type TemplateKind = Pick<ChatKind<ChatEndpoint, object>, 'profile' | 'escape' | 'findMarkupProblem'>

function writeTemplate(kind: TemplateKind, template: Template, view: object): string {
  return renderTemplate(template, view, (text) => kind.escape(text)).trim()
}

function maxTemplate({ profile }: TemplateKind): number {
  return limitOf(profile, 'template')
}

/** The template is tried on a sample event, so that a mistake shows when it is configured. */
function checkTemplate(
  kind: TemplateKind,
  source: string,
  words: Catalogue,
): Result<Template, SettingProblem> {
  const template = parseTemplate(source)
  if (!template.ok) return templateProblem(template.error)
  const now = SAMPLE_PARCEL.deliveries[0].receivedAt
  const message = composeMessage(SAMPLE_PARCEL, { words, now })
  const text = writeTemplate(kind, template.value, templateView(message, SAMPLE_PARCEL, words))
  if (text === '') return templateProblem('Must give some text for a sample event')
  const problem = kind.findMarkupProblem?.(text) ?? null
  if (problem !== null) return templateProblem(problem)
  const max = maxTemplate(kind)
  const length = Array.from(text).length
  if (length <= max) return template
  return templateProblem(
    `Must give at most ${max} characters for a sample event: it gives ${length}`,
  )
}

function templateProblem(problem: string): Result<never, SettingProblem> {
  return err({ setting: 'template', problem })
}

function judge(
  { profile, findMove }: Pick<ChatKind<ChatEndpoint, object>, 'profile' | 'findMove'>,
  answer: Answer,
  now: number,
): AnswerVerdict {
  const to = findMove?.(answer) ?? null
  return to === null ? judgeByProfile(profile, answer, now) : { kind: 'moved', to }
}
