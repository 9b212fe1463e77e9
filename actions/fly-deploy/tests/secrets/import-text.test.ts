import { expect, test } from '@jest/globals';
import { Secret } from '@vendure-deploy/shared/secrets';
// flyctl's parser as the twin's stand-in has it; its own test holds it to what was measured with flyctl 0.4.87.
import { parseSecrets } from '../../../../packages/twin/src/fly/flyctl/secrets/parse.ts';
import { encode, importText } from '../../src/secrets/import-text.ts';

test.each([
  // the value                what flyctl reads
  ['plain',                   'N="plain"'],
  ['',                        'N=""'],
  ['  leading and trailing ', 'N="  leading and trailing "'],
  ['a#b',                     'N="a#b"'],
  ['a=b=c',                   'N="a=b=c"'],
  ["it's",                    'N="it\'s"'],
  ['say "#1"',                `N='say "#1"'`],
  ['"',                       'N="""""""'],
  ['""',                      'N=""""""""'],
  ['"quoted"',                'N=""quoted""'],
  ['""empty first',           'N="""""empty first"""'],
  ['ends in \r',              'N="ends in \r"'],
  ['one\ntwo\n',              'N="""one\ntwo\n"""'],
  ['# no comment\n# either',  'N="""# no comment\n# either"""'],
  ['a\n"""b',                 'N="""a\n"""b"""'],
])('%j', (value, text) => {
  expect(encode('N', value)).toEqual({ kind: 'text', text });
  expect(parseSecrets(`${text}\n`)).toEqual({ N: value });
});

test.each([
  ['a\0b', 'NUL'],
  ['\ud800', 'well-formed'],
  ['a\r\nb', 'CRLF'],
  ['a"""\nb', 'ends in `"""`'],
  ['say "#1"\nand more', 'begins a comment'],
  ['x'.repeat(65_536), '64 KiB'],
  [`a\n${'é'.repeat(33_000)}`, '64 KiB'],
])('%j cannot be written', (value, why) => {
  expect(encode('N', value)).toEqual({ kind: 'impossible', why: expect.stringContaining(why) });
});

// What the parser treats specially, and a few that it does not.
const ALPHABET = ['"', '"', '"""', "'", '#', ' ', '\n', '\r', '=', '\\', '$', 'a', 'é', '\t', 'N=1', '\n# x\n'];

/** A generator with a seed (mulberry32), so that a failure comes back. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test('whatever the values are: what is written is read back exactly, and no value touches its neighbour', () => {
  const next = random(20_261_126);
  const value = (): string => Array.from({ length: Math.floor(next() * 9) }, () => ALPHABET[Math.floor(next() * ALPHABET.length)] ?? '').join('');
  let written = 0;
  let refused = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const secrets = new Map(['A', 'B', 'C'].map((name) => [name, new Secret(value())]));
    const said = importText(secrets);
    const kept = Object.fromEntries([...secrets].filter(([name]) => said.refused.every((one) => one.name !== name)).map(([name, secret]) => [name, secret.reveal()]));
    expect(parseSecrets(said.text)).toEqual(kept);
    written += Object.keys(kept).length;
    refused += said.refused.length;
  }
  // A generator that only makes what is refused would prove nothing.
  expect({ written: written > 45_000, refused: refused > 1_000 }).toEqual({ written: true, refused: true });
});

test('what is refused would indeed not come back, whatever quotes are put around it', () => {
  const next = random(7);
  const value = (): string => Array.from({ length: 1 + Math.floor(next() * 6) }, () => ALPHABET[Math.floor(next() * ALPHABET.length)] ?? '').join('');
  let refused = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const given = value();
    if (encode('N', given).kind === 'text') continue;
    refused += 1;
    const back = ['', '"', "'", '"""'].map((quotes) => {
      try {
        return parseSecrets(`N=${quotes}${given}${quotes}\n`);
      } catch {
        return null;
      }
    });
    expect(back).not.toContainEqual({ N: given });
  }
  expect(refused).toBeGreaterThan(100);
});
