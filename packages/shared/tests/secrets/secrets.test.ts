import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { neutralise, redactor, Secret } from '@vendure-deploy/shared/secrets';

const canaries = ['fm2_lJPECAAA,fm1a_x y+/==', `p@ss'w"o<r>d&!*()%0A::é`, 'AKIA/abc+def/ghi1234=', 'postgres://u:p%40s/s@h:5432/db?x=1#f', 'plainAlphanumeric0123'];

const forms: [string, (s: string) => string][] = [
  ['verbatim', (s) => s],
  ['JSON', (s) => JSON.stringify(s)],
  ['JSON in JSON', (s) => JSON.stringify(JSON.stringify(s))],
  ['Go JSON', (s) => JSON.stringify(s).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)],
  ['base64', (s) => Buffer.from(s).toString('base64')],
  ['base64 of Basic credentials', (s) => Buffer.from(`user:${s}`).toString('base64')],
  ['base64 with text around', (s) => Buffer.from(`{"a":"${s}","b":1}`).toString('base64')],
  ['base64 of a JSON document', (s) => Buffer.from(JSON.stringify({ a: s, b: 1 })).toString('base64')],
  ['base64url', (s) => Buffer.from(`xy${s}z`).toString('base64url')],
  ['base64 twice', (s) => Buffer.from(Buffer.from(s).toString('base64')).toString('base64')],
  ['hex', (s) => Buffer.from(s).toString('hex')],
  ['HEX', (s) => Buffer.from(s).toString('hex').toUpperCase()],
  ['encodeURIComponent', encodeURIComponent],
  ['RFC 3986', (s) => encodeURIComponent(s).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)],
  ['form', (s) => new URLSearchParams({ s }).toString()],
  ['URL password', (s) => Object.assign(new URL('https://u@h/'), { password: s }).href],
  ['inspect', (s) => inspect({ s })],
  ['POSIX quotes', (s) => `'${s.replaceAll("'", `'\\''`)}'`],
  ['HTML', (s) => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
  ['reversed', (s) => [...new Intl.Segmenter().segment(s)].map((part) => part.segment).reverse().join('')],
];

test.each(forms)('the redactor knows a secret as %s', (_name, form) => {
  for (const canary of canaries) {
    const known = redactor();
    known.register(new Secret(canary));
    const text = form(canary);
    const left = known.redact(`before ${text} after`);
    expect(left).toContain('***');
    // At most the few characters that the neighbours of an encoded secret decide.
    for (let i = 0; i + 8 <= text.length; i += 1) if (canary.includes(text.slice(i, i + 8))) expect(left).not.toContain(text.slice(i, i + 8));
    expect(known.redact(left)).toBe(left);
  }
});

test('text without a secret is not changed, and a line shorter than four characters blanks nothing', () => {
  const known = redactor();
  known.register('{\n  "key": "value-of-it"\n}');
  expect(known.redact('a { b } c: deployed')).toBe('a { b } c: deployed');
  expect(known.redact('x "key": "value-of-it" y')).toBe('x *** y');
});

test('a Secret never turns into its value by accident', () => {
  const secret = new Secret('value-of-it');
  expect([String(secret), JSON.stringify({ secret }), inspect({ secret }), Object.keys(secret).join('')].join(' ')).not.toContain('value-of-it');
  expect([secret.isEmpty, new Secret('').isEmpty, secret.reveal()]).toEqual([false, true, 'value-of-it']);
});

test.each([
  ['::error::x', ': :error::x'],
  ['  \t::add-mask::x', '  \t: :add-mask::x'],
  ['a\r::set-env name=x::y', 'a\n: :set-env name=x::y'],
  ['\u200b:\u200d:error::x', ': :error::x'],
  ['\u001b[31m::error::x\u001b[0m', ': :error::x'],
  ['\u3000::error::x', '\u3000: :error::x'],
  ['text ##[error]x', 'text # #[error]x'],
  ['#\u200d#[error]x', '# #[error]x'],
  ['\u2028::error::x', '\n: :error::x'],
  ['a\u0000b\u0007\u009b', 'a<U+0000>b<U+0007><U+009B>'],
  ['right\u202eleft', 'rightleft'],
  ['std::string and a::b are kept', 'std::string and a::b are kept'],
])('%j is neutralised', (foreign, harmless) => {
  expect(neutralise(foreign)).toBe(harmless);
});
