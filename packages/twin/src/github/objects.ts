import { z } from 'zod';
import { json, notFound, Refusal } from './answers.ts';
import { git, gitOrNull, GitRefusal } from './git.ts';
import { type CommitData, gitCommit, listedCommit, nodeId, reference } from './shapes.ts';

export interface Repository {
  /** owner/name */
  readonly name: string;
  /** Its bare repository. */
  readonly bare: string;
}

const API = 'https://api.github.com';
const SHA = /^[0-9a-f]{40}$/u;
const ZERO = '0'.repeat(40);
const sha = z.string().regex(SHA);
const person = z.object({ name: z.string(), email: z.string(), date: z.string().optional() });

export async function readCommit({ bare }: Repository, revision: string): Promise<CommitData> {
  const text = await gitOrNull(bare, ['show', '--no-patch', `--format=${COMMIT}`, '--end-of-options', `${revision}^{commit}`]);
  if (text === null) throw notFound();
  return parseCommit(text);
}

const COMMIT = '%H%n%T%n%P%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B';

function parseCommit(text: string): CommitData {
  const [id = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', ...message] = text.split('\n');
  return { sha: id, tree, parents: parents.split(' ').filter(Boolean), author: { name: an, email: ae, date: utc(ad) }, committer: { name: cn, email: ce, date: utc(cd) }, message: message.join('\n') };
}

export async function getGitCommit(repository: Repository, id: string): Promise<Response> {
  if (!SHA.test(id)) throw notFound();
  return json(gitCommit(repository.name, await readCommit(repository, id)));
}

/** A branch, a tag or a SHA. */
export async function getCommit(repository: Repository, revision: string): Promise<Response> {
  return json(listedCommit(repository.name, await readCommit(repository, await resolve(repository, revision))));
}

export async function getBranch(repository: Repository, branch: string): Promise<Response> {
  const head = await gitOrNull(repository.bare, ['rev-parse', '--verify', '--quiet', '--end-of-options', `refs/heads/${branch}`]);
  if (head === null) throw new Refusal(404, 'Branch not found');
  const url = `${API}/repos/${repository.name}/branches/${branch}`;
  return json({
    name: branch, commit: listedCommit(repository.name, await readCommit(repository, head)), _links: { html: `https://github.com/${repository.name}/tree/${branch}`, self: url },
    protected: false, protection: { enabled: false }, protection_url: `${url}/protection`,
  });
}

export async function getReference(repository: Repository, short: string): Promise<Response> {
  const [found] = (await references(repository, `refs/${short}`)).filter(({ ref }) => ref === `refs/${short}`);
  if (found === undefined) throw notFound();
  return json(reference(repository.name, found.ref, found.sha, found.type));
}

export async function listReferences(repository: Repository, prefix: string): Promise<Response> {
  const found = (await references(repository, 'refs/')).filter(({ ref }) => ref.startsWith(`refs/${prefix}`));
  return json(found.map(({ ref, sha: id, type }) => reference(repository.name, ref, id, type)));
}

const newReference = z.object({ ref: z.string().regex(/^refs\/[^/]+\/./u), sha });

export async function createReference(repository: Repository, body: unknown): Promise<Response> {
  const { ref, sha: id } = read(newReference, body);
  const type = await typeOf(repository, id);
  if (await swap(repository, ref, id, ZERO) === 'refused') throw new Refusal(422, 'Reference already exists');
  return json(reference(repository.name, ref, id, type), 201);
}

const move = z.object({ sha, force: z.boolean().default(false) });

/** Not forced: the new commit must descend from the head, and git compares that head again when it swaps. */
export async function updateReference(repository: Repository, short: string, body: unknown): Promise<Response> {
  const { sha: id, force } = read(move, body);
  const ref = `refs/${short}`;
  const type = await typeOf(repository, id);
  const head = await gitOrNull(repository.bare, ['rev-parse', '--verify', '--quiet', '--end-of-options', ref]);
  if (head === null) throw new Refusal(422, 'Reference does not exist');
  const forward = force || head === id || await gitOrNull(repository.bare, ['merge-base', '--is-ancestor', head, id]) !== null;
  if (!forward || await swap(repository, ref, id, head) === 'refused') throw new Refusal(422, 'Update is not a fast forward');
  return json(reference(repository.name, ref, id, type));
}

export async function deleteReference(repository: Repository, short: string): Promise<Response> {
  const gone = await gitOrNull(repository.bare, ['rev-parse', '--verify', '--quiet', '--end-of-options', `refs/${short}`]);
  if (gone === null) throw new Refusal(422, 'Reference does not exist');
  await git(repository.bare, ['update-ref', '-d', `refs/${short}`, gone]);
  return new Response(null, { status: 204 });
}

const newCommit = z.object({ message: z.string(), tree: sha, parents: z.array(sha).default([]), author: person.optional(), committer: person.optional() });

export async function createCommit(repository: Repository, body: unknown, login: string): Promise<Response> {
  const { message, tree, parents, author, committer } = read(newCommit, body);
  const writer = author ?? { name: login, email: `${login}@users.noreply.github.com` };
  const sealer = committer ?? writer;
  const environment = {
    GIT_AUTHOR_NAME: writer.name, GIT_AUTHOR_EMAIL: writer.email, GIT_COMMITTER_NAME: sealer.name, GIT_COMMITTER_EMAIL: sealer.email,
    GIT_AUTHOR_DATE: writer.date ?? new Date().toISOString(), GIT_COMMITTER_DATE: sealer.date ?? new Date().toISOString(),
  };
  for (const id of [tree, ...parents]) await typeOf(repository, id);
  const id = (await git(repository.bare, ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], { stdin: message, environment })).trim();
  return json(gitCommit(repository.name, await readCommit(repository, id)), 201);
}

const newBlob = z.object({ content: z.string(), encoding: z.enum(['utf-8', 'base64']).default('utf-8') });

export async function createBlob(repository: Repository, body: unknown): Promise<Response> {
  const { content, encoding } = read(newBlob, body);
  const id = await writeBlob(repository, Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'));
  return json({ sha: id, url: `${API}/repos/${repository.name}/git/blobs/${id}` }, 201);
}

const newTree = z.object({
  base_tree: sha.optional(),
  tree: z.array(z.object({ path: z.string().regex(/^[^/\t\n]+$/u, 'the twin takes entries of one folder'), mode: z.enum(['100644', '100755', '040000', '160000', '120000']), type: z.string().optional(), content: z.string().optional(), sha: sha.nullable().optional() })),
});

export async function createTree(repository: Repository, body: unknown): Promise<Response> {
  const wanted = read(newTree, body);
  const lines = new Map(wanted.base_tree === undefined ? [] : (await git(repository.bare, ['ls-tree', wanted.base_tree])).split('\n').filter(Boolean).map((line) => [line.split('\t')[1] ?? '', line] as const));
  for (const entry of wanted.tree) {
    const id = entry.content === undefined ? entry.sha ?? null : await writeBlob(repository, Buffer.from(entry.content));
    const type = entry.mode === '040000' ? 'tree' : entry.mode === '160000' ? 'commit' : 'blob';
    if (id === null) lines.delete(entry.path);
    else lines.set(entry.path, `${entry.mode} ${type} ${id}\t${entry.path}`);
  }
  const id = (await git(repository.bare, ['mktree'], { stdin: [...lines.values()].map((line) => `${line}\n`).join('') })).trim();
  return getTree(repository, id, false, 201);
}

export async function getTree(repository: Repository, revision: string, recursive: boolean, status = 200): Promise<Response> {
  const id = await gitOrNull(repository.bare, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{tree}`]);
  if (id === null) throw notFound();
  const listed = await git(repository.bare, ['ls-tree', '-l', ...(recursive ? ['-r', '-t'] : []), id]);
  const tree = listed.split('\n').flatMap((line) => {
    const [, mode, type, entry, size, path] = /^(\d+) (\w+) (\w+) +(\S+)\t(.*)$/u.exec(line) ?? [];
    return path === undefined ? [] : [{ path, mode, type, sha: entry, ...(type === 'blob' ? { size: Number(size) } : {}), url: `${API}/repos/${repository.name}/git/${type ?? ''}s/${entry ?? ''}` }];
  });
  return json({ sha: id, url: `${API}/repos/${repository.name}/git/trees/${id}`, tree, truncated: false }, status);
}

export async function getTag(repository: Repository, id: string): Promise<Response> {
  const text = SHA.test(id) ? await gitOrNull(repository.bare, ['cat-file', 'tag', id]) : null;
  if (text === null) throw notFound();
  const header = (name: string): string => new RegExp(`^${name} (.*)$`, 'mu').exec(text)?.[1] ?? '';
  const [, name = '', email = '', seconds = '0'] = /^(.*) <(.*)> (\d+)/u.exec(header('tagger')) ?? [];
  const url = `${API}/repos/${repository.name}/git`;
  return json({
    node_id: nodeId('TAG', id), sha: id, url: `${url}/tags/${id}`, tag: header('tag'), message: text.slice(text.indexOf('\n\n') + 2),
    tagger: { name, email, date: utc(new Date(Number(seconds) * 1000).toISOString()) }, object: { type: header('type'), sha: header('object'), url: `${url}/${header('type')}s/${header('object')}` },
  });
}

export async function compare(repository: Repository, range: string): Promise<Response> {
  const [base = '', head = ''] = range.split('...');
  const [from, to] = await Promise.all([resolve(repository, base), resolve(repository, head)]);
  const mergeBase = await gitOrNull(repository.bare, ['merge-base', from, to]);
  if (mergeBase === null) throw new Refusal(404, `No common ancestor between ${base} and ${head}.`);
  const [listed, counted, files, baseCommit, mergeBaseCommit] = await Promise.all([
    git(repository.bare, ['log', '--reverse', '--max-count=250', `--format=${COMMIT}%x00`, `${from}..${to}`]),
    git(repository.bare, ['rev-list', '--count', `${to}..${from}`]),
    changedFiles(repository, mergeBase, to),
    readCommit(repository, from),
    mergeBase === from ? null : readCommit(repository, mergeBase),
  ]);
  const commits = listed.split('\0').map((text) => text.replace(/^\n/u, '')).filter((text) => text !== '').map((text) => listedCommit(repository.name, parseCommit(text)));
  const [ahead, behind] = [commits.length, Number(counted)];
  const url = `https://github.com/${repository.name}/compare/${base}...${head}`;
  return json({
    url: `${API}/repos/${repository.name}/compare/${base}...${head}`, html_url: url, permalink_url: url, diff_url: `${url}.diff`, patch_url: `${url}.patch`,
    base_commit: listedCommit(repository.name, baseCommit), merge_base_commit: listedCommit(repository.name, mergeBaseCommit ?? baseCommit),
    status: ahead > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical', ahead_by: ahead, behind_by: behind, total_commits: ahead, commits, files,
  });
}

const STATUS: Readonly<Record<string, string>> = { A: 'added', M: 'modified', D: 'removed', R: 'renamed', C: 'copied', T: 'changed' };

/** GitHub compares with the merge base and lists 300 files at most. */
async function changedFiles(repository: Repository, from: string, to: string): Promise<Record<string, unknown>[]> {
  const listed = await git(repository.bare, ['diff', '--raw', '--no-abbrev', '-M', '-z', from, to]);
  const fields = listed.split('\0').filter((field) => field !== '');
  const files: Record<string, unknown>[] = [];
  for (let index = 0; index < fields.length && fields[index]?.startsWith(':') === true; ) {
    const [, , , id = '', letter = ''] = (fields[index] ?? '').split(' ');
    const renamed = /^[RC]/u.test(letter);
    const path = fields[index + (renamed ? 2 : 1)] ?? '';
    const url = `https://github.com/${repository.name}`;
    files.push({
      sha: /^0+$/u.test(id) ? null : id, filename: path, status: STATUS[letter.charAt(0)] ?? 'changed', additions: 0, deletions: 0, changes: 0,
      blob_url: `${url}/blob/${to}/${path}`, raw_url: `${url}/raw/${to}/${path}`, contents_url: `${API}/repos/${repository.name}/contents/${path}?ref=${to}`,
      ...(renamed ? { previous_filename: fields[index + 1] ?? '' } : {}),
    });
    index += renamed ? 3 : 2;
  }
  return files.slice(0, 300);
}

/** @throws GitHub's 422 with the first thing that does not fit */
export function read<T>(shape: z.ZodType<T>, body: unknown): T {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(422, `Invalid request.\n\n${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

export async function resolve({ bare }: Repository, revision: string): Promise<string> {
  for (const name of SHA.test(revision) ? [revision] : [`refs/heads/${revision}`, `refs/tags/${revision}`, revision]) {
    const id = await gitOrNull(bare, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
    if (id !== null) return id;
  }
  throw new Refusal(422, `No commit found for SHA: ${revision}`);
}

async function references({ bare }: Repository, under: string): Promise<{ ref: string; sha: string; type: string }[]> {
  const listed = await git(bare, ['for-each-ref', '--format=%(refname) %(objectname) %(objecttype)', under]);
  return listed.split('\n').filter(Boolean).map((line) => {
    const [ref = '', id = '', type = ''] = line.split(' ');
    return { ref, sha: id, type };
  });
}

async function swap({ bare }: Repository, ref: string, id: string, old: string): Promise<'swapped' | 'refused'> {
  try {
    await git(bare, ['update-ref', ref, id, old]);
    return 'swapped';
  } catch (error) {
    if (error instanceof GitRefusal) return 'refused';
    throw error;
  }
}

async function typeOf({ bare }: Repository, id: string): Promise<string> {
  const type = await gitOrNull(bare, ['cat-file', '-t', id]);
  if (type === null) throw new Refusal(422, 'Object does not exist');
  return type;
}

async function writeBlob({ bare }: Repository, bytes: Uint8Array): Promise<string> {
  return (await git(bare, ['hash-object', '-w', '--stdin'], { stdin: bytes })).trim();
}

function utc(date: string): string {
  return new Date(date).toISOString().replace('.000Z', 'Z');
}
