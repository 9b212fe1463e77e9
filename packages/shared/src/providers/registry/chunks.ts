export interface Chunk {
  length: number;
  body: AsyncIterable<Uint8Array>;
}

/** A body of known size in parts of at most so many bytes, each to be read to its end before the next. Nothing is kept but what one read of the body gave. */
export async function* chunksOf(body: AsyncIterable<Uint8Array>, size: number, most: number): AsyncGenerator<Chunk> {
  const reader = body[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();

  for (let sent = 0; sent < size; sent += most) {
    const length = Math.min(most, size - sent);
    yield { length, body: part(length) };
  }
  // The end of the body is where its owner says whether all of it was right.
  await reader.next();

  async function* part(length: number): AsyncGenerator<Uint8Array> {
    for (let missing = length; missing > 0;) {
      if (rest.length === 0) {
        const next = await reader.next();
        if (next.done === true) return;
        rest = next.value;
      }
      const now = rest.subarray(0, missing);
      rest = rest.subarray(now.length);
      missing -= now.length;
      yield now;
    }
  }
}
