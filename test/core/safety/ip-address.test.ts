import { describe, expect, it } from 'vitest'
import {
  carriedIpv4,
  isInside,
  parseIpRanges,
  parseIpv4,
  parseIpv6,
} from '../../../src/core/safety/ip-address.ts'

describe('parseIpv4() and parseIpv6()', () => {
  it.each([
    ['0.0.0.0', 0n],
    ['127.0.0.1', 0x7f00_0001n],
    ['255.255.255.255', 0xffff_ffffn],
  ])('read %s', (text, value) => {
    expect(parseIpv4(text)).toBe(value)
  })

  it.each([
    ['::', 0n],
    ['::1', 1n],
    ['1::', 1n << 112n],
    ['::ffff:7f00:1', 0xffff_7f00_0001n],
    ['1:2:3:4:5:6:7:8', 0x0001_0002_0003_0004_0005_0006_0007_0008n],
    ['1:2::7:8', 0x0001_0002_0000_0000_0000_0000_0007_0008n],
  ])('read %s', (text, value) => {
    expect(parseIpv6(text)).toBe(value)
  })
})

describe('isInside()', () => {
  it.each([
    ['10.0.0.0', true],
    ['10.255.255.255', true],
    ['9.255.255.255', false],
    ['11.0.0.0', false],
    ['100.100.100.200', true],
    ['100.100.100.201', false],
  ])('judges %s by two IPv4 ranges', (address, expected) => {
    const ranges = parseIpRanges('10.0.0.0/8 100.100.100.200/32')
    expect(isInside(parseIpv4(address), ranges)).toBe(expected)
  })

  it.each([
    ['2001:db8::1', true],
    ['2001:db8:ffff:ffff::', true],
    ['2001:db7::1', false],
    ['3fff:fff:ffff::', true],
    ['3fff:1000::', false],
  ])('judges %s by two IPv6 ranges', (address, expected) => {
    expect(isInside(parseIpv6(address), parseIpRanges('2001:db8::/32', '3fff::/20'))).toBe(expected)
  })
})

describe('carriedIpv4()', () => {
  it.each([
    ['::ffff:7f00:1', '127.0.0.1', 'mapped'],
    ['::7f00:1', '127.0.0.1', 'compatible'],
    ['::ffff:0:7f00:1', '127.0.0.1', 'translated'],
    ['64:ff9b::a9fe:a9fe', '169.254.169.254', 'NAT64'],
    ['64:ff9b:1::a00:1', '10.0.0.1', 'local NAT64'],
    ['2002:a00:1::1', '10.0.0.1', '6to4'],
    ['2001::f5ff:fffe', '10.0.0.1', 'Teredo'],
    ['2001:db8::5efe:a00:1', '10.0.0.1', 'ISATAP'],
    ['2001:db8::200:5efe:a00:1', '10.0.0.1', 'ISATAP of a public address'],
  ])('finds in %s the address %s (%s)', (address, carried) => {
    expect(carriedIpv4(parseIpv6(address))).toBe(parseIpv4(carried))
  })

  it.each(['2606:4700::1111', 'fe80::1', 'fd00::1'])('finds none in %s', (address) => {
    expect(carriedIpv4(parseIpv6(address))).toBeNull()
  })
})
