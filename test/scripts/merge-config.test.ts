/** The operator's own settings over those of the project. */
import { expect, test } from 'vitest'
import { parseToml } from '../../playground/toml.ts'
import { mergeConfig } from '../../scripts/merge-config.ts'

const PROJECT = `
name = "relay"
compatibility_flags = ["one", "two"]

[[kv_namespaces]]
binding = "INSTALLS"

[[ratelimits]]
name = "ADMIN_LIMIT"
namespace_id = "1"
simple = { limit = 10, period = 60 }

[[ratelimits]]
name = "ADDRESS_LIMIT"
namespace_id = "2"
simple = { limit = 20, period = 60 }

[observability]
enabled = true

[observability.logs]
invocation_logs = false

[triggers]
crons = ["*/5 * * * *"]

[vars]
FIELD_LINKS = { lead = "a", deal = "b" }
RETENTION_DAYS = 30
`

function merged(own: string): unknown {
  return JSON.parse(JSON.stringify(mergeConfig(parseToml(PROJECT), parseToml(own))))
}

const project = merged('') as Record<string, unknown>

test('without own settings those of the project hold', () => {
  expect(project).toEqual(JSON.parse(JSON.stringify(parseToml(PROJECT))))
})

test('own values win, and what is not named stays', () => {
  const own = 'name = "acme"\nroutes = [{ pattern = "relay.example.com", custom_domain = true }]'
  expect(merged(`${own}\n[observability.logs]\nenabled = false`)).toEqual({
    ...project,
    name: 'acme',
    routes: [{ pattern: 'relay.example.com', custom_domain: true }],
    observability: { enabled: true, logs: { invocation_logs: false, enabled: false } },
  })
})

test('a binding of a known name is completed, and another one is added', () => {
  const own = `
[[kv_namespaces]]
binding = "INSTALLS"
id = "abc"

[[ratelimits]]
name = "ADDRESS_LIMIT"
simple = { limit = 5 }

[[ratelimits]]
name = "OWN_LIMIT"
namespace_id = "9"
`
  expect(merged(own)).toEqual({
    ...project,
    kv_namespaces: [{ binding: 'INSTALLS', id: 'abc' }],
    ratelimits: [
      { name: 'ADMIN_LIMIT', namespace_id: '1', simple: { limit: 10, period: 60 } },
      { name: 'ADDRESS_LIMIT', namespace_id: '2', simple: { limit: 5, period: 60 } },
      { name: 'OWN_LIMIT', namespace_id: '9' },
    ],
  })
})

test('a setting of the Worker is taken as a whole, and so is a list without names', () => {
  const own = `
compatibility_flags = []

[vars]
FIELD_LINKS = { lead = "c" }

[[vars.DESTINATIONS]]
name = "erp"
`
  expect(merged(own)).toEqual({
    ...project,
    compatibility_flags: [],
    vars: { FIELD_LINKS: { lead: 'c' }, RETENTION_DAYS: 30, DESTINATIONS: [{ name: 'erp' }] },
  })
})
