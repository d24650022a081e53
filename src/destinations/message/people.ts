/** The people of a message. They stand behind what happened, so that no name needs a preposition or a case. */
import { nameKey } from '../../core/events/names.ts'
import { meaningOf } from '../../core/events/topics.ts'
import type { PortalUser } from '../../core/log/event.ts'
import type { Delivery } from '../receiver.ts'
import type { Catalogue } from '../language/catalogue.ts'
import { fill } from '../language/languages.ts'
import { fillSpans, foreign, own, plainText, type Line } from './text/line.ts'
import { safeText } from './text/safe-text.ts'

const MAX_NAME = 80

// More names than these make a headline that nobody reads in three seconds.
const MAX_PEOPLE = 2

/** A headline with the people of all its deliveries: `Task 123 created — Anna, Max +2`. */
export function withPeople(
  headline: Line,
  deliveries: readonly Delivery[],
  words: Catalogue,
): Line {
  const people = listPeople(deliveries, words)
  if (people.length === 0) return headline
  const shown = people.slice(0, MAX_PEOPLE)
  const more = people.length - shown.length
  const names = [
    ...shown.flatMap((name, index) => (index === 0 ? name : [own(', '), ...name])),
    ...(more > 0 ? [own(` +${more}`)] : []),
  ]
  return fillSpans(words.by, { deed: headline, names })
}

/**
 * Everybody who is known to have caused one of the events, each once. Events that one read has told together name
 * the people of all of them.
 */
function listPeople(deliveries: readonly Delivery[], words: Catalogue): readonly Line[] {
  const named = deliveries.flatMap((delivery) => {
    const { covers, users } = delivery.enrichment
    const automation = delivery.event.userId === null ? listAutomation(delivery, words) : null
    if (covers.length > 0) {
      return [...(automation ?? []), ...users.map((user) => nameOf(user, words, delivery))]
    }
    return automation ?? [describeUser(delivery, words)]
  })
  return [...new Map(named.map((line) => [plainText(line), line])).values()]
}

/**
 * The scopes of what people edit. Without a signed-in user a robot, a workflow, an agent or a form has edited it. An
 * event of another scope may come of a customer, for example of a call, whom no user stands for.
 */
const EDITED_SCOPES: ReadonlySet<string | null> = new Set([
  'crm',
  'task',
  'catalog',
  'userfieldconfig',
])

/** The word for an automation that has caused an event; empty where none is known to have done so. */
function listAutomation(
  { event, origin }: Delivery,
  { people }: Pick<Catalogue, 'people'>,
): readonly Line[] {
  const scope = meaningOf(event.name)?.topic.scope ?? null
  const isKnown = event.isUserless === true && origin === 'event' && EDITED_SCOPES.has(scope)
  return isKnown ? [[own(people.automation, 'strong')]] : []
}

/** Who caused the event: the user by name, else by number, else an automation, else an unknown user. */
export function describeUser(delivery: Delivery, words: Pick<Catalogue, 'people'>): Line {
  const { event, enrichment } = delivery
  if (event.userId === null) {
    return listAutomation(delivery, words)[0] ?? [own(words.people.unknownUser, 'strong')]
  }
  const asked = delivery.names?.get(nameKey({ kind: 'user', id: String(event.userId) }))
  return nameOf({ id: event.userId, name: enrichment.userName ?? asked ?? null }, words, delivery)
}

/** A user of the portal, by name or by number; the application's system user, which has no name, as such. */
export function nameOf(
  { id, name }: PortalUser,
  { people }: Pick<Catalogue, 'people'>,
  { systemUserId }: Pick<Delivery, 'systemUserId'> = { systemUserId: null },
): Line {
  const text = safeText(name ?? '', MAX_NAME)
  if (text !== '') return [foreign(text, 'strong')]
  const numbered = id === systemUserId ? people.systemUser : people.user
  return [own(fill(numbered, { id }), 'strong')]
}
