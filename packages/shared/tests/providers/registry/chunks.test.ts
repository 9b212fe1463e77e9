import { expect, test } from '@jest/globals';
import { chunksOf } from '../../../src/providers/registry/chunks.ts';

async function* pieces(...sizes: number[]): AsyncGenerator<Uint8Array> {
  let next = 0;
  for (const size of sizes) yield Uint8Array.from({ length: size }, () => next++ % 251);
}

test.each([
  // pieces of the body   most   chunks
  [[10], 4, [4, 4, 2]],
  [[1, 1, 1, 1, 1], 2, [2, 2, 1]],
  [[3, 5, 2], 5, [5, 5]],
  [[8], 100, [8]],
  [[], 4, []],
])('a body of %j in parts of at most %d has parts of %j', async (sizes, most, lengths) => {
  const size = sizes.reduce((sum, one) => sum + one, 0);
  const said: number[] = [];
  const bytes: number[] = [];
  for await (const chunk of chunksOf(pieces(...sizes), size, most)) {
    said.push(chunk.length);
    for await (const part of chunk.body) bytes.push(...part);
  }
  expect(said).toEqual(lengths);
  expect(bytes).toEqual(Array.from({ length: size }, (_, at) => at % 251));
});

test('what the end of the body says against it is thrown after the last part', async () => {
  async function* wrong(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(4);
    throw new Error('not the digest');
  }
  await expect((async () => {
    for await (const { body } of chunksOf(wrong(), 4, 2)) for await (const part of body) expect(part.length).toBe(2);
  })()).rejects.toThrow('not the digest');
});
