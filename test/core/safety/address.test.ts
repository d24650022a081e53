/** Every notation of an address that must or must not be called, as one table per verdict. */
import { describe, expect, it } from 'vitest'
import { type AddressReason, checkAddress } from '../../../src/core/safety/address.ts'

const STRICT = { allowLocal: false }
const LOCAL = { allowLocal: true }
const PRIVATE = { allowLocal: false, allowPrivate: true }

const REFUSED: Readonly<Record<AddressReason, readonly string[]>> = {
  not_a_url: [
    '',
    'hooks.slack.com',
    '//hooks.slack.com/services',
    '/services/T/B/X',
    'https:',
    'https://',
    'https:hooks.slack.com',
    'https:/hooks.slack.com',
    'https:///hooks.slack.com',
    'https://?x',
    'https://[::1',
    'https://[fe80::1%25eth0]/',
    'https://[fe80::1%eth0]/',
    'https://[::ffff:1.2.3.4.5]/',
    'https://256.1.1.1/',
    'https://1.2.3.4.5/',
    'https://0x100000000/',
    'https://example.1/',
    'https://example.com:65536/',
    'https://example.com:http/',
    'https://a b.com/',
    'https://x%00.com/',
    'https://127.0.0.1%2f.example.com/',
    'https://example.com%40127.0.0.1/',
    'https://127.0.0.1%23.example.com/',
    'https://.example.com/',
    'https://example..com/',
    'https://example.com../',
    'https://localhost../',
    'https://127.0.0.1../',
    'https://user＠127.0.0.1/',
    'https://-example.com/',
    'https://example.com*/',
    'https://example.com,evil.test/',
    `https://${'a'.repeat(64)}.com/`,
    `https://${'a.'.repeat(125)}comm/`,
    `https://${'a.'.repeat(125)}comm./`,
    ' https://example.com/',
    'https://example.com/\n',
    'https://exam\tple.com/',
    'ht\ntps://example.com/',
    'https:\\\\example.com/',
    'https://example.com\\@127.0.0.1/',
    'https://127.0.0.1\\.example.com/',
    '\u0000https://example.com/',
  ],
  not_https: [
    'http://example.com/',
    'HTTP://example.com/',
    'http://127.0.0.1/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_INFO',
    'dict://127.0.0.1:11211/',
    'ldap://example.com/',
    'ws://example.com/',
    'wss://example.com/',
    'data:text/plain,x',
    'javascript:alert(1)',
    'blob:https://example.com/x',
    'jar:https://example.com!/',
    'url:https://example.com/',
    'example.com:443',
  ],
  user_info: [
    'https://user@example.com/',
    'https://user:password@example.com/',
    'https://:password@example.com/',
    'https://@example.com/',
    'https://:@example.com/',
    'https://example.com@127.0.0.1/',
    'https://example.com:443@127.0.0.1/',
    'https://127.0.0.1@example.com/',
    'https://a@b@example.com/',
    'https://example.com%2f@evil.test/',
    'https://example.com%00@127.0.0.1/',
    'https://%40@example.com/',
    'HTTPS://user@example.com/',
  ],
  unknown_port: [
    'https://example.com:0/',
    'https://example.com:22/',
    'https://example.com:25/',
    'https://example.com:80/',
    'https://example.com:444/',
    'https://example.com:6379/',
    'https://example.com:8080/',
    'https://example.com:9200/',
    'https://example.com:65535/',
    'https://127.0.0.1:11211/',
  ],
  private_address: [
    // IPv4 nets, first and last addresses.
    'https://0.0.0.0/',
    'https://0.255.255.255/',
    'https://10.0.0.0/',
    'https://10.255.255.255/',
    'https://100.64.0.0/',
    'https://100.127.255.255/',
    'https://127.0.0.1/',
    'https://127.255.255.254/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.0.0.1/',
    'https://192.0.0.255/',
    'https://192.0.2.1/',
    'https://192.0.2.255/',
    'https://192.88.99.1/',
    'https://192.88.99.255/',
    'https://192.168.0.1/',
    'https://192.168.255.255/',
    'https://198.18.0.1/',
    'https://198.19.255.255/',
    'https://198.51.100.7/',
    'https://198.51.100.255/',
    'https://203.0.113.7/',
    'https://203.0.113.255/',
    'https://224.0.0.1/',
    'https://239.255.255.255/',
    'https://240.0.0.1/',
    'https://255.255.255.255/',
    // The same in other notations.
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7F.0x0.0x0.0x1/',
    'https://017700000001/',
    'https://0177.0.0.1/',
    'https://00000177.0.0.1/',
    'https://0x7f.0.1/',
    'https://127.1/',
    'https://127.0.1/',
    'https://0x7f.1/',
    'https://0/',
    'https://0x/',
    'https://3232235521/',
    'https://0xc0a80001/',
    'https://192.168.257/',
    'https://10.1/',
    'https://127.0.0.1./',
    'https://2130706433./',
    'https://%31%32%37.0.0.1/',
    'https://127%2e0%2e0%2e1/',
    'https://127。0。0。1/',
    'https://127．0．0．1/',
    'https://127｡0｡0｡1/',
    'https://１２７.0.0.1/',
    'https://①②⑦.⓪.⓪.①/',
    'https://0ˣ7f.1/',
    'https://127.0.0.\u00ad1/',
    'https://127.0.0.1:8443/',
    'https://127.0.0.1:0443/',
    // IPv6.
    'https://[::]/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[0000::0001]/',
    'https://[::127.0.0.1]/',
    'https://[::8.8.8.8]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::FFFF:10.0.0.1]/',
    'https://[0:0:0:0:0:ffff:c0a8:1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[::ffff:0:127.0.0.1]/',
    'https://[64:ff9b::127.0.0.1]/',
    'https://[64:ff9b::8.8.8.8]/',
    'https://[64:ff9b:1::10.0.0.1]/',
    'https://[2002:7f00:1::]/',
    'https://[2002:808:808::1]/',
    'https://[2001::1]/',
    'https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/',
    'https://[2001:2::1]/',
    'https://[2001:10::1]/',
    'https://[2001:20::1]/',
    'https://[2001:1ff::1]/',
    'https://[2001:db8::1]/',
    'https://[2001:db8:ffff::1]/',
    'https://[3fff::1]/',
    'https://[3fff:fff::1]/',
    'https://[2606:4700::5efe:10.0.0.1]/',
    'https://[2606:4700::200:5efe:10.0.0.1]/',
    'https://[100::1]/',
    'https://[5f00::1]/',
    'https://[4000::1]/',
    'https://[fc00::1]/',
    'https://[fdff:ffff::1]/',
    'https://[fec0::1]/',
    'https://[ff02::1]/',
    'https://[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]/',
  ],
  metadata_address: [
    'https://169.254.169.254/latest/meta-data/',
    'https://169.254.0.1/',
    'https://169.254.255.255/',
    'https://2852039166/',
    'https://0xa9fea9fe/',
    'https://0xA9.0xFE.0xA9.0xFE/',
    'https://0251.0376.0251.0376/',
    'https://169.254.43518/',
    'https://169.16689662/',
    'https://169。254。169。254/',
    'https://100.100.100.200/',
    'https://192.0.0.192/',
    'https://168.63.129.16/',
    'https://[::169.254.169.254]/',
    'https://[::ffff:169.254.169.254]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[::ffff:0:a9fe:a9fe]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[64:ff9b:1::a9fe:a9fe]/',
    'https://[64:ff9b:1:ffff::a9fe:a9fe]/',
    'https://[64:ff9b::169.254.169.254]/',
    'https://[2002:a9fe:a9fe::]/',
    'https://[2002:a9fe:a9fe:ffff::1]/',
    'https://[2001::5601:5601]/',
    'https://[2001:0:ffff::5601:5601]/',
    'https://[2606:4700::5efe:a9fe:a9fe]/',
    'https://[fe80::1]/',
    'https://[fe80::a9fe:a9fe]/',
    'https://[febf::1]/',
    'https://[fd00:ec2::254]/',
    'https://[fd20:ce::254]/',
    'https://[fd00:42::42]/',
    'https://metadata/',
    'https://metadata.google.internal/computeMetadata/v1/',
    'https://METADATA.google.internal./',
    'https://ⓜetadata.google.internal/',
    'https://www.metadata.google.internal/',
    'https://metadata.goog/',
    'https://instance-data/',
    'https://instance-data.ec2.internal/',
    'https://rancher-metadata/',
    'https://metadata.tencentyun.com/',
    'https://metadata.packet.net/',
    'https://metadata.platformequinix.com/',
    'https://api.metadata.cloud.ibm.com/',
  ],
  local_name: [
    'https://localhost/',
    'https://LOCALHOST/',
    'https://localhost./',
    'https://ⓛocalhost/',
    'https://loc\u00adalhost/',
    'https://l%6fcalhost/',
    'https://ｌｏｃａｌｈｏｓｔ/',
    'https://app.localhost/',
    'https://localhost.localdomain/',
    'https://printer.local/',
    'https://printer%2elocal/',
    'https://printer。local/',
    'https://db.internal/',
    'https://ip-10-0-0-1.ec2.internal./',
    'https://crm.intranet/',
    'https://crm.private/',
    'https://crm.corp/',
    'https://crm.home/',
    'https://router.home.arpa/',
    'https://router.lan/',
    'https://abcdefghij.onion/',
    'https://1.0.0.127.in-addr.arpa/',
    'https://name.alt/',
    'https://kubernetes.default.svc/',
    'https://kubernetes.default.svc.cluster.local/',
    'https://vault.service.consul/',
    'https://host.docker.internal/',
    'https://gateway.docker/',
  ],
  not_a_public_name: [
    'https://intranet-server/',
    'https://kubernetes/',
    'https://redis./',
    'https://example.c/',
    'https://example.c0m/',
    'https://example.a_b/',
    'https://example.com-1/',
  ],
}

const ALLOWED: readonly (readonly [raw: string, href: string])[] = [
  ['https://hooks.slack.com/services/T/B/X', 'https://hooks.slack.com/services/T/B/X'],
  ['https://example.com', 'https://example.com/'],
  ['HTTPS://EXAMPLE.com/Path', 'https://example.com/Path'],
  ['https://example.com:443/', 'https://example.com/'],
  ['https://example.com:0443/', 'https://example.com/'],
  ['https://example.com:/', 'https://example.com/'],
  ['https://example.com:8443/hook', 'https://example.com:8443/hook'],
  ['https://example.com./', 'https://example.com./'],
  ['https://example.com?x=a@b', 'https://example.com/?x=a@b'],
  ['https://example.com/@user', 'https://example.com/@user'],
  ['https://example.com#@127.0.0.1', 'https://example.com/#@127.0.0.1'],
  ['https://erp.example.com/hooks/bitrix24', 'https://erp.example.com/hooks/bitrix24'],
  ['https://receiver.test/hook', 'https://receiver.test/hook'],
  ['https://receiver.invalid/', 'https://receiver.invalid/'],
  ['https://receiver.example/', 'https://receiver.example/'],
  ['https://acme.bitrix24.com/rest/', 'https://acme.bitrix24.com/rest/'],
  [`https://${'a.'.repeat(125)}com./`, `https://${'a.'.repeat(125)}com./`],
  ['https://a_b.example.com/', 'https://a_b.example.com/'],
  ['https://localhost.example.com/', 'https://localhost.example.com/'],
  ['https://local.dev/', 'https://local.dev/'],
  ['https://my-metadata.example.com/', 'https://my-metadata.example.com/'],
  ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ['https://пример.рф/', 'https://xn--e1afmkfd.xn--p1ai/'],
  ['https://xn--e1afmkfd.xn--p1ai/', 'https://xn--e1afmkfd.xn--p1ai/'],
  // A name that contains an address is judged as a name: nobody can know here where it leads.
  ['https://127.0.0.1.nip.io/', 'https://127.0.0.1.nip.io/'],
  ['https://1.1.1.1/', 'https://1.1.1.1/'],
  ['https://8.8.8.8:8443/', 'https://8.8.8.8:8443/'],
  ['https://134744072/', 'https://8.8.8.8/'],
  // The neighbours of refused nets.
  ['https://1.0.0.0/', 'https://1.0.0.0/'],
  ['https://9.255.255.255/', 'https://9.255.255.255/'],
  ['https://11.0.0.0/', 'https://11.0.0.0/'],
  ['https://100.63.255.255/', 'https://100.63.255.255/'],
  ['https://100.128.0.0/', 'https://100.128.0.0/'],
  ['https://126.255.255.255/', 'https://126.255.255.255/'],
  ['https://128.0.0.0/', 'https://128.0.0.0/'],
  ['https://168.63.129.17/', 'https://168.63.129.17/'],
  ['https://169.253.255.255/', 'https://169.253.255.255/'],
  ['https://169.255.0.0/', 'https://169.255.0.0/'],
  ['https://172.15.255.255/', 'https://172.15.255.255/'],
  ['https://172.32.0.0/', 'https://172.32.0.0/'],
  ['https://192.0.1.0/', 'https://192.0.1.0/'],
  ['https://192.0.3.0/', 'https://192.0.3.0/'],
  ['https://192.88.98.255/', 'https://192.88.98.255/'],
  ['https://192.88.100.0/', 'https://192.88.100.0/'],
  ['https://192.167.255.255/', 'https://192.167.255.255/'],
  ['https://192.169.0.0/', 'https://192.169.0.0/'],
  ['https://198.17.255.255/', 'https://198.17.255.255/'],
  ['https://198.20.0.0/', 'https://198.20.0.0/'],
  ['https://198.51.101.0/', 'https://198.51.101.0/'],
  ['https://203.0.112.255/', 'https://203.0.112.255/'],
  ['https://223.255.255.255/', 'https://223.255.255.255/'],
  ['https://[2606:4700:4700::1111]/', 'https://[2606:4700:4700::1111]/'],
  ['https://[2001:4860:4860::8888]:8443/', 'https://[2001:4860:4860::8888]:8443/'],
  ['https://[2001:200::1]/', 'https://[2001:200::1]/'],
  ['https://[2001:db9::1]/', 'https://[2001:db9::1]/'],
  ['https://[2003::1]/', 'https://[2003::1]/'],
  ['https://[3000::1]/', 'https://[3000::1]/'],
  ['https://[3fff:1000::1]/', 'https://[3fff:1000::1]/'],
  ['https://[2a00:1450:4001:800::200e]/', 'https://[2a00:1450:4001:800::200e]/'],
]

describe('checkAddress()', () => {
  for (const [reason, forms] of Object.entries(REFUSED)) {
    it.each(forms)(`refuses %j as ${reason}`, (raw) => {
      expect(checkAddress(raw, STRICT)).toEqual({ ok: false, error: reason })
    })
  }

  it.each(ALLOWED)('lets %j through as %s', (raw, href) => {
    const result = checkAddress(raw, STRICT)
    expect(result.ok && result.value.href).toBe(href)
  })
})

describe('checkAddress() with local addresses allowed', () => {
  it.each([
    'http://127.0.0.1:8787/hook',
    'http://localhost:3000/',
    'https://localhost/',
    'http://[::1]:9000/',
    'http://[::]/',
    'http://0.0.0.0:8080/',
    'http://10.1.2.3/',
    'http://[::ffff:127.0.0.1]/',
    'http://[fd12:3456::1]/',
    'http://[fd00:ec2::253]/',
    'http://100.100.100.201/',
    'http://192.0.0.193/',
    'http://[64:ff9b::7f00:1]/',
    'http://host.docker.internal:5000/',
    'http://receiver:5000/',
    'http://printer.local/',
    'https://example.com:9443/',
    'http://example.com/',
  ])('lets %j through', (raw) => {
    expect(checkAddress(raw, LOCAL)).toEqual({ ok: true, value: new URL(raw) })
  })

  it.each(REFUSED.metadata_address)('refuses %j as metadata_address all the same', (raw) => {
    expect(checkAddress(raw, LOCAL)).toEqual({ ok: false, error: 'metadata_address' })
    expect(checkAddress(raw.replace('https:', 'http:'), LOCAL)).toEqual({
      ok: false,
      error: 'metadata_address',
    })
  })

  it.each(REFUSED.user_info)('refuses %j as user_info all the same', (raw) => {
    expect(checkAddress(raw, LOCAL)).toEqual({ ok: false, error: 'user_info' })
  })

  it.each(REFUSED.not_a_url)('refuses %j as not_a_url all the same', (raw) => {
    expect(checkAddress(raw, LOCAL)).toEqual({ ok: false, error: 'not_a_url' })
  })

  it.each(REFUSED.not_https.filter((raw) => !/^http:/i.test(raw)))(
    'refuses %j as not_https all the same',
    (raw) => {
      expect(checkAddress(raw, LOCAL)).toEqual({ ok: false, error: 'not_https' })
    },
  )
})

describe('checkAddress() with private addresses allowed', () => {
  const OWN: readonly (readonly [raw: string, href: string])[] = [
    ['https://10.0.0.0/', 'https://10.0.0.0/'],
    ['https://10.255.255.255/hooks/x', 'https://10.255.255.255/hooks/x'],
    ['https://172.16.0.1/', 'https://172.16.0.1/'],
    ['https://172.31.255.255/', 'https://172.31.255.255/'],
    ['https://192.168.0.1:8065/', 'https://192.168.0.1:8065/'],
    ['https://192.168.255.255/', 'https://192.168.255.255/'],
    ['https://0xc0a80001:22/', 'https://192.168.0.1:22/'],
    ['https://[fc00::1]:8065/', 'https://[fc00::1]:8065/'],
    ['https://[fdff:ffff::1]/', 'https://[fdff:ffff::1]/'],
    ['https://chat.local/', 'https://chat.local/'],
    ['https://CHAT.local.:8065/', 'https://chat.local.:8065/'],
    ['https://chat.internal/', 'https://chat.internal/'],
    ['https://ip-10-0-0-1.ec2.internal./', 'https://ip-10-0-0-1.ec2.internal./'],
    ['https://chat.intranet/', 'https://chat.intranet/'],
    ['https://chat.private/', 'https://chat.private/'],
    ['https://chat.corp/', 'https://chat.corp/'],
    ['https://chat.home/', 'https://chat.home/'],
    ['https://chat.lan/', 'https://chat.lan/'],
    ['https://mattermost/', 'https://mattermost/'],
    ['https://mattermost.:8065/', 'https://mattermost.:8065/'],
  ]

  it.each(OWN)('lets %j of the own network through as %s', (raw, href) => {
    const result = checkAddress(raw, PRIVATE)
    expect(result.ok && result.value.href).toBe(href)
    expect(checkAddress(raw, STRICT).ok).toBe(false)
    expect(checkAddress(raw, { allowLocal: false, allowPrivate: false }).ok).toBe(false)
  })

  it.each(ALLOWED)('lets %j through as %s as before', (raw, href) => {
    const result = checkAddress(raw, PRIVATE)
    expect(result.ok && result.value.href).toBe(href)
  })

  it.each([
    ...REFUSED.not_a_url,
    ...REFUSED.not_https,
    ...REFUSED.user_info,
    ...REFUSED.metadata_address,
    ...REFUSED.unknown_port,
  ])('refuses %j for the same reason as before', (raw) => {
    const strict = checkAddress(raw, STRICT)
    expect(strict.ok).toBe(false)
    expect(checkAddress(raw, PRIVATE)).toEqual(strict)
  })

  it.each([
    'http://10.1.2.3/',
    'http://chat.local/',
    'http://mattermost/',
    'ftp://10.1.2.3/',
    'ws://mattermost/',
  ])('refuses %j, which is not https', (raw) => {
    expect(checkAddress(raw, PRIVATE)).toEqual({ ok: false, error: 'not_https' })
  })

  it.each([
    'https://127.0.0.1/',
    'https://127.255.255.254:8443/',
    'https://2130706433/',
    'https://0.0.0.0/',
    'https://100.64.0.1/',
    'https://192.88.99.1/',
    'https://192.0.2.1/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::10.0.0.1]/',
    'https://[2002:a00:1::]/',
    'https://[fec0::1]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
  ])('refuses %j, which no network numbers itself with', (raw) => {
    expect(checkAddress(raw, PRIVATE)).toEqual({ ok: false, error: 'private_address' })
  })

  it.each([
    'https://localhost/',
    'https://localhost./',
    'https://app.localhost/',
    'https://localhost.localdomain/',
    'https://localdomain/',
    'https://local/',
    'https://internal/',
    'https://localhost.local/',
    'https://localhost.internal/',
    'https://app.localhost.lan/',
    'https://host.docker.internal/',
    'https://kubernetes.docker.internal/',
    'https://docker.internal./',
    'https://host.containers.internal/',
    'https://abcdefghij.onion/',
    'https://1.0.0.127.in-addr.arpa/',
    'https://kubernetes.default.svc/',
    'https://vault.service.consul/',
    'https://gateway.docker/',
  ])('refuses %j, which leads to the machine itself or into a cluster', (raw) => {
    expect(checkAddress(raw, PRIVATE)).toEqual({ ok: false, error: 'local_name' })
  })

  it.each([
    'https://localhost4/',
    'https://localhost6/',
    'https://ip6-localhost/',
    'https://ip6-loopback/',
    'https://loopback./',
    'https://example.c/',
    'https://example.c0m/',
    'https://example.a_b/',
  ])('refuses %j, which is no name of a network', (raw) => {
    expect(checkAddress(raw, PRIVATE)).toEqual({ ok: false, error: 'not_a_public_name' })
  })

  it.each(['https://example.com:8065/', 'https://8.8.8.8:8065/', 'https://127.0.0.1:8065/'])(
    'keeps the ports of %j, which is not of the own network',
    (raw) => {
      expect(checkAddress(raw, PRIVATE)).toEqual({ ok: false, error: 'unknown_port' })
    },
  )

  it.each(['https://[fd00:ec2::254]:8065/', 'https://metadata.google.internal:8065/'])(
    'refuses %j, a metadata service, on any port',
    (raw) => {
      expect(checkAddress(raw, PRIVATE).ok).toBe(false)
    },
  )
})

it('with allowPrivate refuses a private IPv6 address that carries an IPv4 one', () => {
  expect(checkAddress('https://[fd00::5efe:7f00:1]/', PRIVATE).ok).toBe(false)
  expect(checkAddress('https://[fd00::1234]/', PRIVATE).ok).toBe(true)
})

it.each(['localhost.home', 'loopback.local', 'metadata.internal'])(
  'with allowPrivate refuses the name %s',
  (host) => {
    expect(checkAddress(`https://${host}/`, PRIVATE).ok).toBe(false)
  },
)
