/** The list of troubles, which stands first on a page. */
import { ActButton } from '../../parts/buttons.tsx'
import type { PageTerms } from '../../terms.ts'
import type { PortalTrouble } from './troubles.ts'

/** Shows the troubles; nothing when there are none. */
export function TroubleList({
  troubles,
  terms,
}: {
  readonly troubles: readonly PortalTrouble[]
  readonly terms: PageTerms
}) {
  if (troubles.length === 0) return null
  return (
    <ul class="stack">
      {troubles.map((trouble) => (
        <li class={`strip row apart ${trouble.tone}`}>
          <div>
            <p>
              <strong>{trouble.text}.</strong>
            </p>
            {trouble.remedy !== null && <p>{trouble.remedy}.</p>}
          </div>
          <TroubleAct trouble={trouble} terms={terms} />
        </li>
      ))}
    </ul>
  )
}

function TroubleAct({
  trouble: { act },
  terms,
}: {
  readonly trouble: PortalTrouble
  readonly terms: PageTerms
}) {
  if (act === null) return null
  return act.kind === 'link' ? (
    <a class="button" href={act.to}>
      {act.label}
    </a>
  ) : (
    <ActButton terms={terms} to={act.to}>
      {act.label}
    </ActButton>
  )
}
