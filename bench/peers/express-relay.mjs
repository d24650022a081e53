/**
 * The relay that a careful developer writes by hand on one server: Express, better-sqlite3, signed webhooks. It
 * stores an event before it answers, sends it to each receiver in the order of arrival, tries again with growing
 * waits, and takes up what is left after a restart. Compared with this project it knows no install and no
 * tokens that renew themselves, finds out no changes, has no parked events, no replay and no admin API, and stands
 * still with its server.
 */
import { createHmac } from 'node:crypto'
import Database from 'better-sqlite3'
import express from 'express'

const { DATABASE, PORT, SECRET } = process.env
const receivers = JSON.parse(process.env.RECEIVERS)
const tokens = new Map(Object.entries(JSON.parse(process.env.TOKENS)))

const db = new Database(DATABASE)
db.pragma('journal_mode = WAL')
// As durable as workerd: a commit is on the disk before it is answered.
db.pragma('synchronous = FULL')
db.exec(`
  CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, received_at INTEGER, body TEXT);
  CREATE TABLE IF NOT EXISTS cursors (receiver INTEGER PRIMARY KEY, last INTEGER);
`)
const insert = db.prepare('INSERT INTO events (received_at, body) VALUES (?, ?)')
const next = db.prepare(
  'SELECT id, received_at, body FROM events WHERE id > ? ORDER BY id LIMIT 100',
)
const move = db.prepare('INSERT OR REPLACE INTO cursors (receiver, last) VALUES (?, ?)')
const place = db.prepare('SELECT last FROM cursors WHERE receiver = ?')

const wake = receivers.map((_, receiver) => walk(receiver))

const app = express()
app.use(express.urlencoded({ extended: true, limit: '256kb', parameterLimit: 1000 }))
app.post('/bitrix24/events', (request, response) => {
  const { auth = {}, ...event } = request.body
  if (tokens.get(auth.application_token) !== auth.member_id) {
    response.status(403).json({ error: 'untrusted' })
    return
  }
  const body = JSON.stringify({ ...event, portal: auth.member_id })
  const { lastInsertRowid } = insert.run(Date.now(), body)
  response.json({ accepted: true, sequence: Number(lastInsertRowid) })
  for (const one of wake) one()
})
app.listen(Number(PORT), '127.0.0.1', () => process.send?.('ready'))

/** Walks a receiver along the events; the answer wakes it. */
function walk(receiver) {
  let isRunning = false
  const run = async () => {
    if (isRunning) return
    isRunning = true
    let last = place.get(receiver)?.last ?? 0
    for (let rows = next.all(last); rows.length > 0; rows = next.all(last)) {
      for (const row of rows) {
        await deliver(receivers[receiver], row)
        last = row.id
      }
      // One write for a page of events: a crash repeats at most these.
      move.run(receiver, last)
    }
    isRunning = false
  }
  void run()
  return run
}

async function deliver(url, { id, received_at: receivedAt, body }) {
  for (let attempt = 0; ; attempt += 1) {
    const timestamp = Math.floor(Date.now() / 1000)
    const data = JSON.stringify({ receivedAt, data: JSON.parse(body) })
    const signature = createHmac('sha256', SECRET)
      .update(`${id}.${timestamp}.${data}`)
      .digest('base64')
    const headers = {
      'content-type': 'application/json',
      'webhook-id': String(id),
      'webhook-timestamp': String(timestamp),
      'webhook-signature': `v1,${signature}`,
    }
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers,
        body: data,
        signal: AbortSignal.timeout(10_000),
      })
      await answer.arrayBuffer()
      if (answer.ok) return
    } catch {
      // Not reachable: it is tried again.
    }
    await new Promise((resolve) => void setTimeout(resolve, Math.min(60_000, 1000 * 2 ** attempt)))
  }
}
