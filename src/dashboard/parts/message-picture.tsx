/**
 * A message drawn like a chat shows one, from its own parts: headline, lead, lines, notes. It is a picture of what the
 * message tells. Each receiver lays it out in its own form, and makes it shorter where it is too long.
 */
import type { MessageLine, MessageView } from '../../core/views/message-view.ts'

/** Draws a message. */
export function MessagePicture({ message }: { readonly message: MessageView }) {
  const { title, lead, alert, groups, notes, link, portal } = message
  return (
    <figure class="chat" aria-label="The message as a chat would show it">
      <p class="note">
        <strong>bitrix24-event-relay</strong> <span class="chip calm">App</span>
      </p>
      <p>
        <strong>
          <LineText line={title} />
        </strong>
      </p>
      {lead.length > 0 && (
        <p>
          <LineText line={lead} />
        </p>
      )}
      {alert !== null && <p class="strip warn">{alert}</p>}
      {groups.map(({ heading, lines }) => (
        <div class="quote">
          {heading.length > 0 && (
            <p>
              <strong>
                <LineText line={heading} />
              </strong>
            </p>
          )}
          <ul>
            {lines.map((line) => (
              <li>
                <LineText line={line} />
              </li>
            ))}
          </ul>
        </div>
      ))}
      {link !== null && <p class="link">{link}</p>}
      {notes.map((note) => (
        <p class="note">{note}</p>
      ))}
      <figcaption class="note">
        <bdi>{portal}</bdi>. Drawn from the parts of the message. It is no copy of what was sent:
        the receiver lays them out in its own form, and shortens what is too long.
      </figcaption>
    </figure>
  )
}

function LineText({ line }: { readonly line: MessageLine }) {
  return (
    <bdi>
      {line.map(({ text, style }) => {
        switch (style) {
          case 'strong':
            return <strong>{text}</strong>
          case 'code':
            return <code>{text}</code>
          case 'faint':
            return <span class="note">{text}</span>
          case 'plain':
            return text
        }
      })}
    </bdi>
  )
}
