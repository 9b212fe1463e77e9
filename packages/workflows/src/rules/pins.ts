import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { root, type Source } from '../files.ts';
import type { Finding } from '../finding.ts';
import { commentOf, jobsOf, scalarIn } from './nodes.ts';

const pin = z.strictObject({
  version: z.string().regex(/^v\d+\.\d+\.\d+$/u),
  sha: z.string().regex(/^[0-9a-f]{40}$/u),
  /** Who says that the commit is that version: at least two, of which one is the action's own tag. */
  sources: z.array(z.string()).min(2),
  /** Of its action.yml at that commit: what `with:` may name, what it must, and what comes out. */
  inputs: z.array(z.string()),
  required: z.array(z.string()),
  outputs: z.array(z.string()),
});

export type Pins = Readonly<Record<string, readonly z.infer<typeof pin>[]>>;

/** The commits that are known to be the versions which their comments name. */
export async function recordedPins(): Promise<Pins> {
  return z.record(z.string(), z.array(pin).min(1)).parse(JSON.parse(await readFile(join(root, 'packages/workflows/recorded/pins.json'), 'utf8')));
}

const SUITE = 'vendure-deploy/suite/';

/** Every `uses:` is of this repository (`$/`), of the suite at a release, or a full commit of GitHub's own actions with its true version beside it. */
export function pinFindings(file: Source, pins: Pins): Finding[] {
  const found: Finding[] = [];
  for (const job of jobsOf(file)) {
    for (const map of [job.node, ...job.steps]) {
      const uses = scalarIn(map, 'uses');
      if (uses === null) continue;
      const fault = faultOf(String(uses.value), commentOf(uses), pins);
      if (fault !== null) found.push({ ...fault, path: file.path, line: file.lineAt(uses) });
    }
  }
  return found;
}

/** The same of what a page shows to be pasted. */
export function pagePinFindings(path: string, text: string, pins: Pins): Finding[] {
  return text.split('\n').flatMap((line, at): Finding[] => {
    const [, uses, comment = ''] = /^\s*(?:- )?uses: ([^\s#]+)(?: +# *(\S+))?/u.exec(line) ?? [];
    const fault = uses === undefined ? null : faultOf(uses, comment, pins);
    return fault === null ? [] : [{ ...fault, path, line: at + 1 }];
  });
}

function faultOf(uses: string, comment: string, pins: Pins): Pick<Finding, 'rule' | 'message'> | null {
  if (uses.startsWith('$/')) return null;
  if (/^\.\.?\//u.test(uses)) return { rule: 'not-this-commit', message: `\`${uses}\` is what lies in the workspace. Write \`$/${uses.replace(/^(?:\.\.?\/)+/u, '')}\`: the file of the workflow's own commit.` };
  const [, action = uses, ref = ''] = /^([^@]+)@(.+)$/u.exec(uses) ?? [];
  if (action.startsWith(SUITE)) return /^(?:v\d+|v\d+\.\d+\.\d+|[0-9a-f]{40})$/u.test(ref) ? null : { rule: 'not-a-release', message: `\`${uses}\` follows whatever is pushed. Pin a release (v1) or its commit.` };
  if (!action.startsWith('actions/')) return { rule: 'third-party', message: `\`${uses}\` is somebody else's code, in a job that may hold secrets. Only GitHub's own actions (actions/…) and this suite's are used.` };
  if (!/^[0-9a-f]{40}$/u.test(ref)) return { rule: 'not-a-commit', message: `\`${uses}\` can be moved. Pin the full commit, with its version as comment.` };
  const known = (pins[action] ?? []).find(({ sha }) => sha === ref);
  if (known === undefined) return { rule: 'unrecorded-pin', message: `nobody has proven what ${action}@${ref} is. Record it in packages/workflows/recorded/pins.json, with its sources.` };
  if (comment !== known.version) return { rule: 'untrue-version', message: `${action}@${ref} is ${known.version}; its comment says "${comment}".` };
  return null;
}
