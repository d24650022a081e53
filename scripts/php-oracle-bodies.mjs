// The hand-made form bodies of php-oracle.mjs, and the bodies that this project reads otherwise than PHP.

/** Bodies that PHP and parseForm() must read alike. */
// oxfmt-ignore
export const HAND_MADE = [
  // Scalars, empty values, missing parts.
  '', '&', '&&&', '=', '==', '=1', 'a', 'a=', 'a&b', 'a=1', 'a=1&', '&a=1', 'a==', 'a=b=c',
  'a&a=', 'a=1&b=2', 'a=1&a=2', 'a=1&&b=2', 'a=1;b=2', 'a=1&A=2', 'this=1', 'GLOBALS=1', '_=1',
  '0=x', '1=x&0=y',
  // Encoding.
  'a=%41', 'a=%6a%6A', 'a=+b+', 'a=%2B', 'a=%20', 'a=%26&b=%3D', 'a%3Db=1', 'a%26b=1', '+=1',
  '%20=1', 'a+=1', 'a=%', 'a=%4', 'a=%zz', 'a=%4z', 'a=%z4', 'a=%%41', 'a=%4%31', 'a=%2541',
  '%zz=1', 'a%=1', 'a=%0A%0D%09', 'a=%C3%A9', 'a=é', 'é=1', '%C3%A9=1', 'a=%F0%9F%98%80', 'a=😀',
  'a=%E2%80%8B', 'a=%EF%BB%BFb', 'a=日本', 'a=é%C3%A9', 'a=%ff', '%ff=1', 'a=%C3', 'a=%C3%28',
  'a=%E2%82', 'a=%F0%9F%98', 'a=%ED%A0%80', 'a=%C0%AF', 'a=%F4%90%80%80', 'a=%E2%82x%AC',
  'a[%FF]=1', 'a=%80%80%80', 'a=x%ffy%fez', '%EF%BB%BFa=1',
  // Brackets, bare and encoded.
  'a[b]=1', 'a%5Bb%5D=1', 'a%5bb%5d=1', 'a[b%5D=1', 'a%5Bb]=1', 'a[b][c]=1', 'a[b][c][d]=1',
  'a[b]=1&a[c]=2', 'a[b]=1&a[b]=2', 'a[b][c]=1&a[b][d]=2', 'a[b]', 'a[b][]', 'a[b]==',
  'a[b=c]=1', 'a[b]=c=d', 'a[1][2][3][4][5][6][7]=1',
  // Append.
  'a[]=1', 'a[]=1&a[]=2', 'a[]', 'a[]&a[]=1', 'a[][]=1', 'a[][]', 'a[][b]=1',
  'a[][b]=1&a[][b]=2', 'a[][b]=1&a[][c]=2', 'a[b][]=1&a[b][]=2', 'a[b][]=1&a[b][x]=2&a[b][]=3',
  'a[5]=1&a[]=2', 'a[]=1&a[5]=2&a[]=3', 'a[x]=1&a[]=2&a[]=3', 'a[0]=x&a[]=y', 'a[1]=x&a[]=y',
  'a[]=x&a[0]=y', 'a[]=x&a[0]=y&a[]=z', 'a[5]=1&a[3]=2&a[]=3', 'a[%5D]=1', 'a[ ]=1', 'a[+]=1',
  'a[%09]=1', 'a[%0A]=1', 'a[%0B]=1', 'a[%0C]=1', 'a[%0D]=1', 'a[%A0]=1', 'a[%C2%A0]=1',
  'a[  ]=1', 'a[++]=1&a[]=2', 'a[ ]=1&a[+]=2',
  // Keys that are integers, and keys that only look like them.
  'a[-5]=1&a[]=2', 'a[-1]=1&a[]=2', 'a[-0]=1&a[]=2', 'a[00]=1&a[]=2', 'a[01]=1&a[1]=2',
  'a[+1]=1&a[]=2', 'a[1.5]=1&a[]=2', 'a[1e3]=1&a[]=2', 'a[0x1A]=1&a[]=2', 'a[ 1]=1&a[]=2',
  'a[1 ]=1&a[]=2', 'a[-]=1&a[]=2', 'a[--1]=1&a[]=2', 'a[٣]=1&a[]=2',
  'a[9007199254740992]=1&a[]=2', 'a[9007199254740993]=1&a[]=2',
  'a[9223372036854775806]=1&a[]=2&a[]=3', 'a[9223372036854775807]=1&a[]=2',
  'a[9223372036854775807]=1&a[][b]=2', 'a[9223372036854775808]=1&a[]=2',
  'a[-9223372036854775808]=1&a[]=2', 'a[-9223372036854775809]=1&a[]=2',
  'a[-9223372036854775807]=1&a[]=2', 'a[18446744073709551616]=1&a[]=2',
  'a[99999999999999999999]=1&a[]=2', 'a[10000000000000000000]=1&a[]=2',
  // List or map.
  'a[0]=x&a[1]=y', 'a[1]=x&a[0]=y', 'a[0]=x&a[2]=y', 'a[0]=x&a[1]=y&a[k]=z', 'a[k]=z&a[0]=x',
  'a[0]=x&a[1]=y&a[0]=z', 'a[00]=x', 'a[0][0]=x&a[0][1]=y&a[1][0]=z', 'a[0]=x&a[1][b]=y',
  '0=x&1=y', '0[0]=x', 'a[]=1&a[1]=2&a[]=3',
  // Scalar and array under one key.
  'a=1&a[b]=2', 'a[b]=1&a=2', 'a=1&a[]=2', 'a[]=1&a=2', 'a[b]=1&a[b][c]=2', 'a[b][c]=1&a[b]=2',
  'a[b]=1&a[b][]=2', 'a=1&a[b]=2&a=3&a[c]=4', 'a=&a[]=', 'a[0]=1&a[0][0]=2',
  'a[b]=1&a[b][c]=2&a[b][d]=3', 'b=1&a=2&b[c]=3',
  // Mangling.
  'a.b=1', 'a b=1', 'a+b=1', 'a%20b=1', 'a%2Eb=1', ' a=1', '  a=1', '+a=1', '%20%20a%20b=1',
  '.=1', '+.=1', '...=1', '%09a=1', 'a%09b=1', 'a.b[c.d]=1', 'a b[c d]=1', 'a.[b]=1', 'a[b].c=1',
  'a[.]=1', 'a[ b]=1', 'a[b ]=1', 'a[+b+]=1', 'a_b=1&a.b=2&a b=3', 'a-b=1', 'a/b=1', 'a:b=1',
  'a{b}=1', 'a"b=1', "a'b=1", 'a\\b=1', 'a<b>=1', '$a=1', 'a\tb=1', 'a\nb=1', '..Host-a=1',
  '__Host-a=1', '_.Host-a=1', '+.%20Host-a=1', '_.Secure-a=1', '__Secure-a=1', '..Secure-[b]=1',
  '__host-a=1', '..host-a=1',
  // Brackets that do not close, or close too often.
  '[', ']', '[]', '[]=1', '[a]=1', '[a', '[a=1', ' [a]=1', '[[a]]=1', 'a[=1', 'a[[=1', 'a[[[=1',
  'a[b=1', 'a[b[c=1', 'a[b[c]=1', 'a[b[c]d]=1', 'a[b.c[d e=1', 'a.b[c.d e[f=1', 'a[ =1',
  'a[ b=1', 'a[%09=1', 'a[=1&a[=2', 'a_=1&a[=2', 'a]=1', 'a]b=1', 'a]b[c]=1', 'a[]]=1',
  'a[b]]=1', 'a[[]=1', 'a[[]]=1', 'a[[b]]=1', 'a[][=1', 'a[b][=1', 'a[b][c=1', 'a[b][c][=1',
  'a[b][ =1', 'a[b][ c=1', 'a[b]c=1', 'a[b]c[d]=1', 'a[]x=1', 'a[]x[y]=1', 'a[b] [c]=1',
  'a[b].[c]=1', 'a%5B%5B=1', 'a[b%5Bc]=1', '_[a=1', 'a[b]%5B%5D=1', 'a[ b[ c]=1', 'a[ ][ ]=1',
  // NUL as an escape: names end there, values do not.
  'a%00b=1', '%00=1', '%00a=1', 'a=%00', 'a=b%00c', 'a[%00]=1', 'a[b%00c]=1', 'a[b]%00[c]=1',
  'a[b][%00]=1', 'a%00[b]=1', 'a=%00&b=1',
  // Names that mean something to JavaScript; `__proto__` is a deliberate difference.
  'constructor=1', 'constructor[prototype][polluted]=1', 'prototype[a]=1', 'a[constructor]=1',
  'a[constructor][prototype][b]=1', 'toString=1', 'a[toString]=1', 'a[length]=5',
  'a[0]=x&a[length]=1', 'hasOwnProperty=1', 'valueOf[a]=1', '__proto=1', '_proto__[a]=1',
  'a[__Proto__]=1', 'a[__proto__ ]=1', 'toJSON=1', 'a[toJSON]=1', 'then=1',
  '__defineGetter__[a]=1',
  // As Bitrix24 sends it.
  
  'event=ONCRMREQUISITEUSERFIELDUPDATE&event_handler_id=661&data%5BFIELDS%5D%5BID%5D=235&data%5BFIELDS%5D%5BENTITY_ID%5D=CRM_REQUISITE&data%5BFIELDS%5D%5BFIELD_NAME%5D=UF_CRM_NEWTECH_V1_STRING&ts=1790000000&auth%5Bscope%5D=crm%2Cuser&auth%5Bdomain%5D=acme.bitrix24.com&auth%5Bclient_endpoint%5D=https%3A%2F%2Facme.bitrix24.com%2Frest%2F',
  'event=ONIMCONNECTORLINEDELETE&data=107&ts=1773761165', 'data[FIELDS][ID]=1&data=107',
  'data=107&data[FIELDS][ID]=1',
  'PLACEMENT=DEFAULT&PLACEMENT_OPTIONS=%7B%22any%22%3A%2228%5C%2F%22%7D',
  'auth[application_token][]=x', 'auth[]=x&auth[member_id]=y',
]

/** The deliberate differences from PHP; `relay` is the result of parseForm(). */
export const DIFFERENCES = [
  {
    id: 'too_many_parameters',
    reason:
      'More than 1,000 parameters refuse the whole body; PHP (max_input_vars) warns and drops the rest, and half an event is worse than none.',
    cases: [{ body: 'a=1&'.repeat(1001), relay: { ok: false, error: 'too_many_parameters' } }],
  },
  {
    id: 'too_deep',
    reason:
      'Names of more than 8 parts refuse the whole body; PHP allows 64 (max_input_nesting_level).',
    cases: [
      { body: 'a[1][2][3][4][5][6][7][8]=1', relay: { ok: false, error: 'too_deep' } },
      { body: 'b=1&a[][][][][][][][]=1', relay: { ok: false, error: 'too_deep' } },
    ],
  },
  {
    id: 'proto_left_out',
    reason:
      'A parameter with a part __proto__ is left out, so that no later copy into an ordinary object can meet it. constructor and prototype are kept: objects here inherit nothing.',
    cases: [
      { body: '__proto__=1&a=2', relay: { ok: true, value: { a: '2' } } },
      { body: '__proto__[polluted]=1', relay: { ok: true, value: {} } },
      { body: 'a[__proto__][polluted]=1&a[b]=2', relay: { ok: true, value: { a: { b: '2' } } } },
      { body: '_.proto__=1&..proto..=2&__proto_[=3&b=4', relay: { ok: true, value: { b: '4' } } },
      { body: 'a%5B__proto__%5D=1', relay: { ok: true, value: {} } },
    ],
  },
  {
    id: 'raw_nul',
    reason:
      'A NUL byte that is not an escape counts as %00 does. parse_str() stops reading at it, which would hide the rest of a body; $_POST does not.',
    cases: [
      { body: 'a=1\0b&c=2', relay: { ok: true, value: { a: '1\0b', c: '2' } } },
      { body: 'a\0b=1&c=2', relay: { ok: true, value: { a: '1', c: '2' } } },
    ],
  },
  {
    id: 'keys_equal_after_replacement',
    reason:
      'Keys are compared after bytes that are not UTF-8 have become U+FFFD, so that keys which PHP tells apart by such bytes are one key here.',
    cases: [
      {
        body: 'a[%FF][x]=1&a[%FE][y]=2',
        relay: { ok: true, value: { a: { '\uFFFD': { x: '1', y: '2' } } } },
      },
    ],
  },
]
