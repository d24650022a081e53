/** Every secret of a history holds the word `canary`; it may stand in sealed places and in calls to Bitrix24 only. */
import type { Evidence } from '../evidence.ts'

/** No token stands in a log line, in KV, on a disk, in a message or in an answer of the admin API. */
export function secretsStay({ played, portals }: Evidence): readonly string[] {
  const { relay, network } = played
  const hosts = [...relay.portals.all(), ...relay.pacers.all(), ...relay.directory.all()]
  const places: readonly (readonly [string, readonly string[]])[] = [
    ['a log line', relay.lines],
    ['KV', relay.kv.entries().map(([key, value]) => `${key} ${value}`)],
    ['a disk', hosts.flatMap(({ disk }) => disk.texts())],
    [
      'a message',
      network.seen
        .filter(({ url }) => !url.includes('bitrix'))
        .map(({ body, headers }) => `${body} ${JSON.stringify([...headers])}`),
    ],
    ['the admin API', portals.map(({ events }) => JSON.stringify([...events.values()]))],
  ]
  return places.flatMap(([place, texts]) => {
    const found = texts.find((text) => text.includes('canary'))
    return found === undefined ? [] : [`${place} holds ${found.slice(0, 300)}`]
  })
}
