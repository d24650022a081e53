import { describe, expect, it } from 'vitest'
import { isOwnName, judgeName } from '../../../src/core/safety/host-name.ts'

describe('judgeName()', () => {
  it.each([
    ['example.com', null],
    ['example.com.', null],
    ['hooks.slack.com', null],
    ['xn--mller-kva.de', null],
    ['a_b.example.com', null],
    ['127.0.0.1.nip.io', null],
    ['', 'not_a_url'],
    ['a..com', 'not_a_url'],
    ['-a.com', 'not_a_url'],
    [`${'a'.repeat(64)}.com`, 'not_a_url'],
    [`${'a.'.repeat(125)}comm`, 'not_a_url'],
    ['metadata', 'metadata_address'],
    ['metadata.google.internal', 'metadata_address'],
    ['x.metadata.goog', 'metadata_address'],
    ['localhost', 'local_name'],
    ['printer.lan', 'local_name'],
    ['portal.local.', 'local_name'],
    ['intranet', 'local_name'],
    ['mattermost', 'not_a_public_name'],
    ['example.c', 'not_a_public_name'],
    ['example.c0m', 'not_a_public_name'],
  ])('judges %s', (name, expected) => {
    expect(judgeName(name)).toBe(expected)
  })
})

describe('isOwnName()', () => {
  it.each([
    ['mattermost', true],
    ['erp.internal', true],
    ['erp.local.', true],
    ['crm.home', true],
    ['local', false],
    ['localhost', false],
    ['localhost.lan', false],
    ['localhost.corp', false],
    ['metadata.corp', false],
    ['host.docker.internal', false],
    ['erp.onion', false],
    ['erp.consul', false],
    ['erp.c0m', false],
  ])('judges %s', (name, expected) => {
    expect(isOwnName(name)).toBe(expected)
  })
})
