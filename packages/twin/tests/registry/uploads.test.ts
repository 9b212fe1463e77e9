import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { basic, said, sha256, type Stage, withRegistry } from './stage.ts';

describe('a mount', () => {
  test.each([
    ['of a blob that the source has', 'staging', 201],
    ['that names no source, of a blob that any other repository has', null, 201],
    ['from a repository without it', 'elsewhere', 202],
    ['from a repository that there is not', 'nowhere', 202],
  ])('%s', (_what, from, status) => withRegistry({}, async (stage) => {
    const digest = await stage.putBlob('staging', 'layer');
    await stage.putBlob('elsewhere', 'another');
    const answer = await stage.call('POST', `/v2/shop/blobs/uploads/?mount=${digest}${from === null ? '' : `&from=${from}`}`);
    expect(answer.status).toBe(status);
    expect((await stage.call('HEAD', `/v2/shop/blobs/${digest}`)).status).toBe(status === 201 ? 200 : 404);
    if (status === 201) expect(Object.fromEntries(answer.headers)).toMatchObject({ 'location': `/v2/shop/blobs/${digest}`, 'docker-content-digest': digest });
    else expect((await put(stage, answer.headers.get('location') ?? '', 'layer')).status).toBe(201);
  }));

  test('that names no source takes nothing from a repository that the login cannot read', () => withRegistry({ reachOf: () => ({ kind: 'one', repository: 'shop' }) }, async (stage) => {
    const digest = await stage.putBlob('hidden', 'layer');
    const mount = async (): Promise<number> => (await stage.call('POST', `/v2/shop/blobs/uploads/?mount=${digest}`, { headers: { authorization: basic('one') } })).status;
    expect(await mount()).toBe(202);
    await stage.putBlob('shop', 'layer');
    expect(await mount()).toBe(201);
  }));
});

describe('an upload', () => {
  test('in one stream of unknown length, and by sha512', () => withRegistry({}, async (stage) => {
    const location = await open(stage);
    const body = new ReadableStream({ start: (controller) => { for (const part of ['one ', 'two ', 'three']) controller.enqueue(Buffer.from(part)); controller.close(); } });
    const patched = await stage.registry.provider.fetch(new Request(new URL(location, 'https://registry.example'), { method: 'PATCH', headers: { authorization: basic('secret') }, body, duplex: 'half' }));
    expect([patched.status, patched.headers.get('range')]).toEqual([202, '0-12']);
    const digest = `sha512:${createHash('sha512').update('one two three').digest('hex')}`;
    expect((await stage.call('PUT', `${location}?digest=${digest}`)).status).toBe(201);
    expect(await (await stage.call('GET', `/v2/shop/blobs/${digest}`)).text()).toBe('one two three');
  }));

  test('goes on where it broke off: the session says how far it came', () => withRegistry({}, async (stage) => {
    const location = await open(stage);
    await expect(brokenOff(stage, 'PATCH', location)).rejects.toThrow('connection lost');
    const session = await stage.call('GET', location);
    expect([session.status, session.headers.get('range'), session.headers.get('location')]).toEqual([204, '0-3', location]);
    expect((await stage.call('PATCH', location, { body: 'rest', headers: { 'content-range': '4-7' } })).status).toBe(202);
    expect((await stage.call('PUT', `${location}?digest=${sha256('halfrest')}`)).status).toBe(201);
  }));

  test('whose PUT breaks off is gone', () => withRegistry({}, async (stage) => {
    const location = await open(stage);
    await expect(brokenOff(stage, 'PUT', `${location}?digest=${sha256('half')}`)).rejects.toThrow('connection lost');
    expect(await said(await stage.call('GET', location))).toMatchObject({ status: 404, code: 'BLOB_UPLOAD_UNKNOWN' });
  }));

  test('can be cancelled', () => withRegistry({}, async (stage) => {
    const location = await open(stage);
    expect((await stage.call('DELETE', location)).status).toBe(204);
    expect((await put(stage, location, 'layer')).status).toBe(404);
  }));

  test.each([
    ['behind the end', '5-8', 'last', 416],
    ['that begins anew', '0-3', 'last', 416],
    ['of another length than it says', '3-4', 'last', 416],
    ['without a range that can be read', 'all', 'last', 416],
    ['at the end', '3-6', 'last', 202],
  ])('of a chunk %s', (_what, range, body, status) => withRegistry({}, async (stage) => {
    const location = await open(stage);
    await stage.call('PATCH', location, { body: 'one' });
    const answer = await stage.call('PATCH', location, { body, headers: { 'content-range': range, 'content-length': String(body.length) } });
    expect([answer.status, answer.headers.get('range'), answer.headers.get('location')]).toEqual([status, status === 202 ? '0-6' : '0-2', location]);
  }));

  test.each([['that is none', 'sha256:1'], ['of an unknown algorithm', `md5:${'1'.repeat(32)}`], ['of other bytes', sha256('other')]])('with a digest %s is refused', (_what, digest) => withRegistry({}, async (stage) => {
    expect(await said(await put(stage, await open(stage), 'layer', digest))).toMatchObject({ status: 400, code: 'DIGEST_INVALID' });
  }));

  test('with a state: a location that comes back without its query is refused', () => withRegistry({ uploadState: true }, async (stage) => {
    const location = await open(stage);
    expect(location).toMatch(/^\/v2\/shop\/blobs\/uploads\/[\w-]+\?_state=[\w-]+$/u);
    expect(await said(await put(stage, location.split('?')[0] ?? '', 'layer'))).toMatchObject({ status: 404, code: 'BLOB_UPLOAD_INVALID' });
    expect((await put(stage, location, 'layer')).status).toBe(201);
  }));
});

async function open({ call }: Stage): Promise<string> {
  const answer = await call('POST', '/v2/shop/blobs/uploads/');
  expect(answer.status).toBe(202);
  return answer.headers.get('location') ?? '';
}

function put({ call }: Stage, location: string, body: string, digest = sha256(body)): Promise<Response> {
  return call('PUT', `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`, { body });
}

/** The client sends `half`, and is gone. */
function brokenOff({ registry }: Stage, method: string, location: string): Promise<Response> {
  let sent = false;
  const body = new ReadableStream({
    pull: (controller) => {
      if (sent) return controller.error(new Error('connection lost'));
      sent = true;
      controller.enqueue(Buffer.from('half'));
    },
  }, { highWaterMark: 0 });
  return registry.provider.fetch(new Request(new URL(location, 'https://registry.example'), { method, headers: { authorization: basic('secret') }, body, duplex: 'half' }));
}
