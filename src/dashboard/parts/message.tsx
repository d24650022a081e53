/** A message as a receiver would get it now. */
import type { PreviewView } from '../../core/views/destination-views.ts'
import { MessagePicture } from './message-picture.tsx'

/** A message of one destination. */
export interface PreviewMessage {
  readonly destination: string
  /** Null when it cannot be made: a setting is wrong, or a value of the portal is missing. */
  readonly preview: Pick<PreviewView, 'headers' | 'body' | 'message'> | null
}

/** Shows a message as a picture, where it has one, and as JSON, with the headers that describe it. */
export function MessageText({
  message: { preview },
  title,
}: {
  readonly message: PreviewMessage
  readonly title: string
}) {
  if (preview === null) {
    return (
      <p class="strip warn">
        The message cannot be made: a setting of the destination is wrong, or it asks for a value
        that only a portal has.
      </p>
    )
  }
  return (
    <div class="stack">
      <h3>{title}</h3>
      {preview.message == null ? (
        <MessageJson preview={preview} />
      ) : (
        <>
          <MessagePicture message={preview.message} />
          <details>
            <summary>What the receiver gets, as JSON</summary>
            <MessageJson preview={preview} />
          </details>
        </>
      )}
    </div>
  )
}

function MessageJson({
  preview: { headers, body },
}: {
  readonly preview: NonNullable<PreviewMessage['preview']>
}) {
  return (
    <div class="stack">
      <ul class="note">
        {Object.entries(headers).map(([name, value]) => (
          <li>
            <code>
              {name}: {value}
            </code>
          </li>
        ))}
      </ul>
      <pre tabindex={0}>{typeof body === 'string' ? body : JSON.stringify(body, null, 2)}</pre>
    </div>
  )
}
