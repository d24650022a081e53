/** The form of the search among events. It works without a script: a search is an address. */
import { portalPath } from '../../paths.ts'
import { isSearching, SEARCHED_FATES, type EventSearch } from './event-search.ts'

/** The parts of the form. */
export interface SearchFormTerms {
  readonly memberId: string
  readonly search: EventSearch
  readonly destinations: readonly string[]
}

/** Shows the form. */
export function SearchForm({ memberId, search, destinations }: SearchFormTerms) {
  return (
    <form method="get" action={portalPath(memberId)} class="search" role="search">
      <label>
        Event
        <input name="event" value={search.event} placeholder="UserFieldUpdate" />
      </label>
      <label>
        Field, id or value
        <input name="field" value={search.field} placeholder="UF_CRM_TAX" />
      </label>
      <Choice label="Fate" name="fate" values={SEARCHED_FATES} chosen={search.fate ?? ''} />
      <Choice
        label="Destination"
        name="destination"
        values={destinations}
        chosen={search.destination}
      />
      <div class="row">
        <button>Search</button>
        {isSearching(search) && <a href={`${portalPath(memberId)}#events`}>Show all</a>}
      </div>
    </form>
  )
}

interface ChoiceTerms {
  readonly label: string
  readonly name: string
  readonly values: readonly string[]
  readonly chosen: string
}

function Choice({ label, name, values, chosen }: ChoiceTerms) {
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">any</option>
        {values.map((value) => (
          <option value={value} selected={value === chosen}>
            {value}
          </option>
        ))}
      </select>
    </label>
  )
}
