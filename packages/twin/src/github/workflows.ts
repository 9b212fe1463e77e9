import { z } from 'zod';
import { json, notFound, Refusal } from './answers.ts';
import { filled, refusalOf } from './dispatch-refusal.ts';
import { gitOrNull } from './git.ts';
import { read, type Repository } from './objects.ts';
import { nodeId, numberOf } from './shapes.ts';

/** A run that somebody asked for, as GitHub took it: whoever performs runs may take it from here. */
export interface Dispatch {
  readonly repository: string;
  /** The file's name below .github/workflows. */
  readonly workflow: string;
  readonly ref: string;
  /** With the defaults of what was not given. */
  readonly inputs: Readonly<Record<string, string>>;
}

export interface Workflows {
  answer(call: { readonly repository: Repository; readonly path: readonly string[]; readonly method: string; readonly body: unknown }): Promise<Response>;
  /** The oldest first. */
  dispatches(): readonly Dispatch[];
}

const FOLDER = '.github/workflows';
/** A branch that does not have the file answers as one whose file has no such trigger. */
const NEVER_DISPATCHED = 'on: {}';
const asked = z.object({ ref: z.string(), inputs: z.record(z.string(), z.coerce.string()).default({}) });

/** Workflow files of the default branch, by name or number, and dispatches of them. */
export function createWorkflows(): Workflows {
  const taken: Dispatch[] = [];
  return {
    dispatches: () => taken,
    async answer({ repository, path: [which = '', more, ...rest], method, body }) {
      const files = await filesOf(repository);
      if (rest.length > 0) throw notFound();
      if (which === '' && method === 'GET') return json({ total_count: files.length, workflows: files.map((file) => shown(repository, file)) });
      const file = files.find((one) => one === which || String(idOf(one)) === which);
      if (file === undefined) throw new Refusal(404, /\.ya?ml$/u.test(which) ? `workflow ${which} not found on the default branch` : 'Not Found');
      if (more === undefined && method === 'GET') return json(shown(repository, file));
      if (more !== 'dispatches' || method !== 'POST') throw notFound();
      const { ref, inputs } = read(asked, body);
      const text = (await fileAt({ repository, file, ref })) ?? NEVER_DISPATCHED;
      const refused = refusalOf(text, inputs);
      if (refused !== null) throw new Refusal(422, refused);
      taken.push({ repository: repository.name, workflow: file, ref, inputs: filled(text, inputs) });
      return new Response(null, { status: 204 });
    },
  };
}

/** Of a branch or a tag: GitHub takes no commit here. null: it is not there. @throws {Refusal} there is no such ref */
async function fileAt({ repository: { bare }, file, ref }: { readonly repository: Repository; readonly file: string; readonly ref: string }): Promise<string | null> {
  for (const full of ref.startsWith('refs/') ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`]) {
    if ((await gitOrNull(bare, ['show-ref', '--verify', '--quiet', full])) !== null) return gitOrNull(bare, ['show', `${full}:${FOLDER}/${file}`]);
  }
  throw new Refusal(422, `No ref found for: ${ref}`);
}

async function filesOf({ bare }: Repository): Promise<string[]> {
  const listed = (await gitOrNull(bare, ['ls-tree', '--name-only', 'refs/heads/main', `${FOLDER}/`])) ?? '';
  return listed.split('\n').filter((line) => /\.ya?ml$/u.test(line)).map((line) => line.slice(FOLDER.length + 1));
}

function idOf(file: string): number {
  return numberOf(`${FOLDER}/${file}`);
}

function shown({ name: repository }: Repository, file: string): Record<string, unknown> {
  const [id, url] = [idOf(file), `https://api.github.com/repos/${repository}/actions/workflows`];
  const at = '2026-01-01T00:00:00.000Z';
  return {
    id, node_id: nodeId('W', id), name: file.replace(/\.ya?ml$/u, ''), path: `${FOLDER}/${file}`, state: 'active', created_at: at, updated_at: at, url: `${url}/${id}`,
    html_url: `https://github.com/${repository}/blob/main/${FOLDER}/${file}`, badge_url: `https://github.com/${repository}/workflows/${file}/badge.svg`,
  };
}
