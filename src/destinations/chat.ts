/**
 * What all receivers that people read have in common: the message is composed once, laid out by the
 * receiver, and made shorter by whole lines until the receiver takes it. A chat receiver is a `ChatKind`.
 */
import type { AddressPolicy } from '../core/safety/address.ts'
import { err, ok, type Result } from '../core/result.ts'
import type {
  Answer,
  AttemptTerms,
  Receiver,
  DestinationType,
  ReceiverTerms,
  OutgoingRequest,
  Parcel,
  Settings,
  Verdict,
} from './receiver.ts'
import type { SettingProblem } from './settings/setting-problem.ts'
import { judgeByProfile } from './answers/judge.ts'
import type { Catalogue } from './language/catalogue.ts'
import { catalogueOf } from './language/languages.ts'
import { composeMessage } from './message/compose.ts'
import type { Message } from './message/message.ts'
import { SAMPLE_PARCEL } from './message/sample.ts'
import { fitMessage } from './message/shorten.ts'
import { parseTemplate, renderTemplate, templateView, type Template } from './message/template.ts'
import { limitOf, type Profile } from './profile.ts'
import type { ReceiverMemory } from '../core/lanes/receiver-memory.ts'

/** A place to post to. */
export interface ChatEndpoint {
  readonly url: string
  /** What the receiver's limit belongs to. Secret. */
  readonly paceKey: string
  /** Strings that no reason may show. */
  readonly secrets: readonly string[]
  /** Which addresses may be called. */
  readonly policy: AddressPolicy
}

/** What a layout has to know beside the message. */
export interface LayoutTerms<E extends ChatEndpoint> {
  readonly endpoint: E
  readonly words: Catalogue
  readonly memory: ReceiverMemory
}

/** The JSON of a request. */
export type JsonBody = Readonly<Record<string, unknown>>

/** What makes one kind of chat receiver. */
export interface ChatKind<E extends ChatEndpoint> {
  readonly type: string
  readonly profile: Profile
  /** Checks the settings. */
  open(settings: Settings, policy: AddressPolicy): Result<E, readonly SettingProblem[]>
  /** Lays out a message with all of its lines. */
  layOut(message: Message, terms: LayoutTerms<E>): JsonBody
  /** Lays out text of a template, whose values are escaped already. */
  layOutText(text: string, message: Message, terms: LayoutTerms<E>): JsonBody
  /** Makes foreign text inert in the markup that a template may use. */
  escape(text: string): string
  /** What is wrong with the markup of a template's text; absent where nothing can be. */
  findMarkupProblem?(text: string): string | null
  /** Whether the receiver takes a body as long as this; `json` is its text. */
  fits(body: JsonBody, json: string): boolean
  /** Looks for an order to send elsewhere; null leaves the answer to the profile. */
  findMove?(answer: Answer): string | null
}

/** Makes a kind of receiver of it. */
export function createChatType<E extends ChatEndpoint>(kind: ChatKind<E>): DestinationType {
  return {
    type: kind.type,
    reader: 'person',
    profile: kind.profile,
    create: (settings, terms) => createChat(kind, settings, terms),
  }
}

function createChat<E extends ChatEndpoint>(
  kind: ChatKind<E>,
  settings: Settings,
  { policy, language, template: source }: ReceiverTerms,
): Result<Receiver, readonly SettingProblem[]> {
  const endpoint = kind.open(settings, policy)
  const words = catalogueOf(language)
  const template = source === null ? ok(null) : checkTemplate(kind, source, words)
  const problems = [
    ...(endpoint.ok ? [] : endpoint.error),
    ...(template.ok ? [] : [{ setting: 'template', problem: template.error }]),
  ]
  if (!endpoint.ok || !template.ok) return err(problems)
  const chat = { kind, endpoint: endpoint.value, words, template: template.value }
  const { secrets, paceKey, policy: own } = endpoint.value
  return ok({
    prepare: async (parcel, terms) => prepare(chat, parcel, terms),
    judge: (answer, now) => judge(kind, answer, now),
    secrets,
    policy: own,
    paceKey,
    pace: () => kind.profile.pace,
    carefulMs: kind.profile.carefulMs,
    handshake: null,
  })
}

interface Chat<E extends ChatEndpoint> {
  readonly kind: ChatKind<E>
  readonly endpoint: E
  readonly words: Catalogue
  readonly template: Template | null
}

function prepare<E extends ChatEndpoint>(
  chat: Chat<E>,
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
      'user-agent': 'bitrix24-event-relay',
    },
    body: JSON.stringify(body),
  }
}

/**
 * The wording of the destination's template; null where the relay's own is used: without a template, for a
 * digest that it has no words for, and where its text is empty, too long or no markup whatever is left out.
 */
function layOutTemplate<E extends ChatEndpoint>(
  { kind, words, template }: Chat<E>,
  { message, parcel, terms }: { message: Message; parcel: Parcel; terms: LayoutTerms<E> },
): JsonBody | null {
  if (template === null || message.kind === 'test') return null
  if (message.kind === 'digest' && !template.tellsDigests) return null
  return fitMessage<JsonBody | null>(message, words, {
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

function writeTemplate<E extends ChatEndpoint>(
  kind: ChatKind<E>,
  template: Template,
  view: object,
): string {
  return renderTemplate(template, view, (text) => kind.escape(text)).trim()
}

function maxTemplate<E extends ChatEndpoint>({ profile }: ChatKind<E>): number {
  return limitOf(profile, 'template')
}

/** A template is tried on a sample event, so that a mistake shows at configuration. */
function checkTemplate<E extends ChatEndpoint>(
  kind: ChatKind<E>,
  source: string,
  words: Catalogue,
): Result<Template, string> {
  const template = parseTemplate(source)
  if (!template.ok) return template
  const message = composeMessage(SAMPLE_PARCEL, {
    words,
    now: SAMPLE_PARCEL.deliveries[0].receivedAt,
  })
  const text = writeTemplate(kind, template.value, templateView(message, SAMPLE_PARCEL, words))
  const max = maxTemplate(kind)
  const length = Array.from(text).length
  if (text === '') return err('Must give some text for a sample event')
  const problem = kind.findMarkupProblem?.(text) ?? null
  if (problem !== null) return err(problem)
  if (length <= max) return template
  return err(`Must give at most ${max} characters for a sample event: it gives ${length}`)
}

function judge<E extends ChatEndpoint>(kind: ChatKind<E>, answer: Answer, now: number): Verdict {
  const to = kind.findMove?.(answer) ?? null
  return to === null ? judgeByProfile(kind.profile, answer, now) : { kind: 'moved', to }
}
