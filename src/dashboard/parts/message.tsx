/** A message as a receiver would get it now. */
import type { PreviewView } from '../../core/views/destination-views.ts'

/** A message of one destination. */
export interface PreviewMessage {
  readonly destination: string
  /** Null when it cannot be made: a setting is wrong, or a value of the portal is missing. */
  readonly preview: Pick<PreviewView, 'headers' | 'body'> | null
}

/** Shows a message as JSON, with the headers that describe it. */
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
  const headers = Object.entries(preview.headers)
  return (
    <div class="stack">
      <h3>{title}</h3>
      <ul class="note">
        {headers.map(([name, value]) => (
          <li>
            <code>
              {name}: {value}
            </code>
          </li>
        ))}
      </ul>
      <pre tabindex={0}>
        {typeof preview.body === 'string' ? preview.body : JSON.stringify(preview.body, null, 2)}
      </pre>
    </div>
  )
}
