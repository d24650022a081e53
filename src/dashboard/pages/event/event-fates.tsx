/** The fate of one event at each destination, with a button that sends it again. */
import type { EventView, FateView } from '../../../core/views/event-views.ts'
import { ActButton } from '../../parts/buttons.tsx'
import { fateWords } from '../../words/event-way.ts'
import { MessageText, type PreviewMessage } from '../../parts/message.tsx'
import { eventPath, lanePath } from '../../paths.ts'
import { toneOfFate } from '../../words/event-words.ts'
import type { PageTerms } from '../../terms.ts'
import { Time } from '../../parts/time.tsx'
import { counted } from '../../words/counts.ts'

/** The parts of the list. */
export interface EventFatesTerms {
  readonly terms: PageTerms
  readonly memberId: string
  readonly view: EventView
  /** The message that was asked for; null without one. */
  readonly message: PreviewMessage | null
}

/** Shows the fates. */
export function EventFates({ terms, memberId, view, message }: EventFatesTerms) {
  const fates = Object.entries(view.fates)
  if (fates.length === 0) return <p class="note">No destination takes events of this portal.</p>
  return (
    <ul>
      {fates.map(([destination, fate]) => (
        <li class="lane" id={`fate-${destination}`}>
          <div class="row apart">
            <div class="row">
              <h3>{destination}</h3>
              <span class={`chip ${toneOfFate(fate.state)}`}>{fate.state}</span>
            </div>
            <FateButtons
              {...{ terms, memberId, destination }}
              sequence={view.sequence}
              state={fate.state}
              hasContent={view.erasedAt === undefined}
            />
          </div>
          <FateText fate={fate} />
          {message?.destination === destination && (
            <MessageText
              message={message}
              title="The message as it would be made now. It is no copy of what was sent."
            />
          )}
        </li>
      ))}
    </ul>
  )
}

interface FateButtonsTerms extends Pick<EventFatesTerms, 'terms' | 'memberId'> {
  readonly destination: string
  readonly sequence: number
  readonly state: FateView['state']
  /** Of an event whose content was erased there is no message. */
  readonly hasContent: boolean
}

function FateButtons(button: FateButtonsTerms) {
  const { terms, memberId, destination, sequence, state, hasContent } = button
  const here = eventPath(memberId, sequence)
  const query = new URLSearchParams({ preview: destination })
  return (
    <div class="row">
      {hasContent && (
        <a class="button" href={`${here}?${query.toString()}#fate-${destination}`}>
          Show the message<span class="unseen"> for {destination}</span>
        </a>
      )}
      {hasContent && state !== 'waiting' && (
        <ActButton
          terms={terms}
          to={lanePath(memberId, destination, 'replay')}
          members={{ sequence: String(sequence), back: here }}
          about={`to ${destination}`}
        >
          Send again
        </ActButton>
      )}
    </div>
  )
}

function FateText({ fate }: { readonly fate: FateView }) {
  const { text, remedy } = fateWords(fate)
  const { digest } = fate
  return (
    <>
      <p>
        {text} {remedy}
      </p>
      {digest !== null && (
        <p>
          One message tells {counted(digest.count, 'event')} together, {digest.first} to{' '}
          {digest.last}.
        </p>
      )}
      <FateFacts fate={fate} />
    </>
  )
}

/**
 * The time, the attempts and the status of a fate. The relay writes them down only where they do not follow from the
 * cursor.
 */
function FateFacts({ fate: { state, at, attempts, status } }: { readonly fate: FateView }) {
  if (state === 'filtered' || state === 'unchanged') return null
  return (
    <ul class="row note">
      {state !== 'waiting' && <li>{at === null ? 'time not recorded' : <Time at={at} />}</li>}
      <li>{attempts === null ? 'attempts not recorded' : counted(attempts, 'attempt')}</li>
      <li>{status === null ? 'HTTP status not recorded' : `HTTP status ${status}`}</li>
    </ul>
  )
}
