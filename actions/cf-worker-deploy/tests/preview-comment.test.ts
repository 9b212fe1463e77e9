import { expect, test } from '@jest/globals';
import { type GitHubComments, type IssueComment, ProviderError } from '@vendure-deploy/shared/providers/github';
import { keepComment, markerOf, removedText, servingText } from '../src/preview/comment.ts';

const MARKER = markerOf({ surface: 'storefront' });
const shown = { url: 'https://shop-pr-12.shop-example.workers.dev', sha: 'a'.repeat(40), versionId: 'v1', createdOn: '2026-11-01T00:00:00Z' };
const BODY = servingText({ surface: 'storefront' }, shown);
const another: IssueComment = { id: 1, body: `I quote it: ${MARKER}` };
const older: IssueComment = { id: 2, body: servingText({ surface: 'storefront' }, { ...shown, sha: 'b'.repeat(40) }) };
const same: IssueComment = { id: 3, body: BODY.replaceAll('\n', '\r\n') };

test('the text says where it is, which commit and version, and since when; that of the other surface has another marker', () => {
  for (const part of Object.values(shown)) expect(BODY).toContain(part);
  expect(BODY.startsWith(MARKER)).toBe(true);
  expect(removedText({ surface: 'storefront' }).startsWith(MARKER)).toBe(true);
  expect(markerOf({ surface: 'dashboard' })).not.toBe(MARKER);
});

type Write = 'done' | 'lost' | 'never arrived' | 'refused';
test.each<[string, IssueComment[], Write[], boolean, string, string[]]>([
  // what is there                       comments          its writes                          create   how it ends    what was written
  ['none',                               [another],        ['done'],                            true,  'written',     ['create']],
  ['none, and none is wanted',           [another],        [],                                  false, 'none',        []],
  ['an older one',                       [another, older], ['done'],                            true,  'written',     ['update 2']],
  ['an older one, and none is made',     [older],          ['done'],                            false, 'written',     ['update 2']],
  ['the same, with other line ends',     [another, same],  [],                                  true,  'unchanged',   []],
  ['two: the oldest counts',             [older, same],    ['done'],                            true,  'written',     ['update 2']],
  ['none, and the answer is lost',       [],               ['lost'],                            true,  'written',     ['create']],
  ['none, and the call is lost',         [],               ['never arrived', 'done'],           true,  'written',     ['create', 'create']],
  ['an older one, the answer is lost',   [older],          ['lost'],                            true,  'written',     ['update 2']],
  ['none, and GitHub is away',           [],               ['never arrived', 'never arrived', 'never arrived'], true, 'unavailable', ['create', 'create', 'create']],
  ['none, and the token may not',        [],               ['refused'],                         true,  'forbidden',   ['create']],
])('%s', async (_, there, writes, create, ending, expected) => {
  const kept = [...there];
  const written: string[] = [];
  const write = (what: string, apply: () => void): Promise<void> => {
    const how = writes[written.length];
    written.push(what);
    if (how === 'done' || how === 'lost') apply();
    if (how === 'done') return Promise.resolve();
    return Promise.reject(new ProviderError(how === 'refused' ? 'forbidden' : 'unavailable', 'no'));
  };
  const comments: GitHubComments = {
    list: () => Promise.resolve([...kept]),
    create: (_repository, _issue, body) => write('create', () => kept.push({ id: 9, body })),
    update: (_repository, id, body) => write(`update ${id}`, () => kept.splice(kept.findIndex((one) => one.id === id), 1, { id, body })),
  };
  const asked = keepComment({ comments, repository: 'example/shop', pullRequest: 12, marker: MARKER, body: BODY, create, clock: { sleep: () => Promise.resolve() }, pauseMs: 1, signal: new AbortController().signal });
  expect(await asked.catch((error: unknown) => (error as ProviderError).code)).toBe(ending);
  expect(written).toEqual(expected);
  expect(kept.filter(({ body }) => body.startsWith(MARKER)).length).toBeLessThanOrEqual(Math.max(1, there.filter(({ body }) => body.startsWith(MARKER)).length));
});
