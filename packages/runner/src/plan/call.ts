import type { Node } from '../parser/tree.ts';
import { type Fields, Refused } from './fields.ts';
import type { CallContract, InputPlan, Source } from './types.ts';
import type { ResolveRepository } from './workflow.ts';

interface Caller {
  readonly source: Source;
  readonly path: string;
  readonly resolve: ResolveRepository;
}

/** Which file of which repository a job calls. At job level `./` means what `$/` means: the same repository and commit. */
export async function calleeOf(uses: string, { source, path, resolve }: Caller, line: number): Promise<{ source: Source; path: string }> {
  const own = /^(?:\$|\.)\/(\.github\/workflows\/[^/@]+)$/u.exec(uses);
  if (own?.[1] !== undefined) return { source, path: own[1] };
  const foreign = /^([^/]+\/[^/]+)\/(\.github\/workflows\/[^/@]+)@(.+)$/u.exec(uses);
  const [, repository, file, ref] = foreign ?? [];
  if (repository === undefined || file === undefined || ref === undefined) throw new Refused(`\`uses: ${uses}\` names no reusable workflow`, path, line);
  const found = await resolve(repository, ref).catch((error: unknown) => {
    throw new Refused(`\`uses: ${uses}\` cannot be had here: ${error instanceof Error ? error.message : String(error)}`, path, line);
  });
  return { source: { repository, directory: found.directory, sha: found.sha, ref }, path: file };
}

interface At {
  readonly uses: string;
  readonly file: string;
  readonly line: number;
}

/** Unknown inputs and secrets, missing required ones and literals of the wrong type refuse the whole run (W1). */
export function checkCall(call: CallContract, job: Fields, secrets: Node | null, at: At): void {
  const given = job.entries('with');
  for (const entry of given) {
    const input = Object.entries(call.inputs).find(([name]) => same(name, entry.key))?.[1];
    if (input === undefined) throw new Refused(`Invalid input, ${entry.key} is not defined in the referenced workflow (${at.uses}).`, at.file, entry.line);
    if (entry.value.kind === 'scalar' && !fits(input, entry.value.value)) throw new Refused(`Unexpected value '${String(entry.value.value)}' for the input \`${entry.key}\` (${input.type}) of ${at.uses}`, at.file, entry.value.line);
  }
  for (const [name, input] of Object.entries(call.inputs)) {
    if (input.required && !given.some((entry) => same(entry.key, name))) throw new Refused(`Input ${name} is required, but not provided while calling ${at.uses}.`, at.file, at.line);
  }
  if (secrets?.kind === 'scalar' && secrets.value === 'inherit') return;
  const names = secrets?.kind === 'map' ? secrets.entries : [];
  for (const entry of names) {
    if (!Object.keys(call.secrets).some((name) => same(name, entry.key))) throw new Refused(`Invalid secret, ${entry.key} is not defined in the referenced workflow (${at.uses}).`, at.file, entry.line);
  }
  for (const [name, secret] of Object.entries(call.secrets)) {
    if (secret.required && !names.some((entry) => same(entry.key, name))) throw new Refused(`Secret ${name} is required, but not provided while calling ${at.uses}.`, at.file, at.line);
  }
}

export function fits(input: InputPlan, value: unknown): boolean {
  if (input.type === 'boolean') return typeof value === 'boolean';
  if (input.type === 'number') return typeof value === 'number';
  // A literal number or boolean is text where text is asked for; only null and structures are not.
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
