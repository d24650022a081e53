import { expect, test } from 'vitest'
import { ownPath, portalPath } from '../../src/dashboard/paths.ts'

test.each(['/admin', '/admin/portals/abc', '/admin?q=a%20b', '/admin/a?b=c&d=*'])(
  '%s is an address of the dashboard',
  (path) => expect(ownPath(path)).toBe(path),
)

test.each([
  null,
  '',
  '/',
  '/administrator',
  '//evil.example/admin',
  '/admin//evil.example',
  '/admin\\evil',
  '/admin\n',
  'javascript:alert(1)',
  '/admin#a',
  '/admin?a="',
])('%j is none', (path) => expect(ownPath(path)).toBe('/admin'))

test('a member id cannot leave its place in an address', () => {
  expect(portalPath('../a?b')).toBe('/admin/portals/..%2Fa%3Fb')
})
