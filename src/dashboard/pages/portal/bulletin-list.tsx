/** The bulletins of a portal: what the relay itself has told, to whom, and what became of it there. */
import type { BulletinFateView, BulletinView } from '../../../core/views/bulletin-view.ts'
import { Time } from '../../parts/time.tsx'
import { explainBulletin } from '../../words/bulletin-words.ts'
import { explainReason } from '../../words/reasons.ts'
import { lowered } from '../../words/sentence.ts'
import type { Tone } from '../../words/tone.ts'

/** The list, the youngest bulletin first. */
export function BulletinList({ bulletins }: { readonly bulletins: readonly BulletinView[] }) {
  return (
    <div class="wide" tabindex={0} role="region" aria-label="List of bulletins">
      <table>
        <thead>
          <tr>
            {['When', 'What', 'Told to'].map((title) => (
              <th scope="col">{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bulletins.map((bulletin) => (
            <BulletinLine bulletin={bulletin} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function BulletinLine({
  bulletin: { type, about, at, fates },
}: {
  readonly bulletin: BulletinView
}) {
  return (
    <tr>
      <td>
        <Time at={at} />
      </td>
      <th scope="row">
        {explainBulletin(type, about).text} <code>{type}</code>
      </th>
      <td>
        {fates.length === 0
          ? 'nobody: the only destination that asks is the one that it is about'
          : fates.map((fate) => <BulletinFate fate={fate} />)}
      </td>
    </tr>
  )
}

const TONES: Readonly<Record<BulletinFateView['state'], Tone>> = {
  delivered: 'good',
  waiting: 'warn',
  parked: 'bad',
  expired: 'bad',
}

function BulletinFate({
  fate: { destination, state, reason },
}: {
  readonly fate: BulletinFateView
}) {
  return (
    <div>
      {destination} <span class={`chip ${TONES[state]}`}>{state}</span>
      {reason !== null && ` ${lowered(explainReason(reason).meaning)}`}
    </div>
  )
}
