import type { Source } from '../files.ts';
import { commentOf, entriesOf, jobsOf, textOf } from '../rules/nodes.ts';

/** One way in: a workflow that others may call. */
export interface Lane {
  readonly name: string;
  readonly path: string;
  /** The comment at the top of the file. */
  readonly purpose: string;
  readonly inputs: readonly LaneInput[];
  readonly secrets: readonly { readonly name: string; readonly required: boolean; readonly meaning: string }[];
  readonly outputs: readonly { readonly name: string; readonly meaning: string }[];
  /** What a caller's job has to grant, each with the lane's own reason. */
  readonly permissions: readonly { readonly scope: string; readonly level: string; readonly reason: string }[];
  readonly form: boolean;
}

export interface LaneInput {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly default: string;
  readonly meaning: string;
  /** Of a choice; else the type says it. */
  readonly allowed: readonly string[];
  /** As the form declares it, on one line; empty where there is no form. */
  readonly formLine: string;
}

/** The lanes among the suite's workflows: those with `workflow_call` that do not call themselves inner. */
export function lanesOf(files: readonly Source[], actions: readonly Source[]): Lane[] {
  return files.filter((file) => file.document.hasIn(['on', 'workflow_call']) && !purposeOf(file).startsWith('Inner workflow')).map((file) => laneOf(file, files, actions));
}

function laneOf(file: Source, files: readonly Source[], actions: readonly Source[]): Lane {
  const { document, path } = file;
  const form = new Map(entriesOf(document.getIn(['on', 'workflow_dispatch', 'inputs'])).map((pair) => [String(pair.key), pair.value]));
  return {
    name: nameOf(path),
    path,
    purpose: purposeOf(file),
    inputs: entriesOf(document.getIn(['on', 'workflow_call', 'inputs'])).map(({ key, value }) => {
      const call = (value?.toJS(document) ?? {}) as Input;
      const node = form.get(String(key)) ?? null;
      const asked = (node?.toJS(document) ?? {}) as Input;
      return {
        name: String(key),
        type: call.type ?? 'string',
        required: call.required ?? false,
        default: textOf(call.default),
        meaning: asked.description ?? commentOf(value),
        allowed: asked.options?.map(String) ?? [],
        formLine: node === null ? '' : file.text.slice(node.range?.[0], node.range?.[1]).trim(),
      };
    }),
    secrets: entriesOf(document.getIn(['on', 'workflow_call', 'secrets'])).map(({ key, value }) => ({
      name: String(key),
      required: ((value?.toJS(document) ?? {}) as Input).required ?? false,
      meaning: commentOf(value) === '' ? (KNOWN[String(key)] ?? '') : commentOf(value),
    })),
    outputs: entriesOf(document.getIn(['on', 'workflow_call', 'outputs'])).map(({ key }) => ({
      name: String(key),
      meaning: meaningOf(textOf(document.getIn(['on', 'workflow_call', 'outputs', key, 'value'])), file, files, actions),
    })),
    permissions: permissionsOf(file),
    form: document.hasIn(['on', 'workflow_dispatch']),
  };
}

/** Where the file says nothing, because every lane means the same. */
const KNOWN: Readonly<Record<string, string>> = {
  FLY_API_TOKEN: 'a deploy token of the Fly app',
  CLOUDFLARE_API_TOKEN: "a token that may edit the account's Workers, and the routes of their zones",
};

interface Input {
  readonly type?: string;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly description?: string;
  readonly options?: readonly unknown[];
}

const RANK = ['none', 'read', 'write'];

/** The most that a job of the lane asks for, with the reason of the job that asks for it. */
function permissionsOf(file: Source): Lane['permissions'] {
  const wanted = new Map<string, Lane['permissions'][number]>();
  for (const { node } of jobsOf(file)) {
    for (const { key, value } of entriesOf(node.get('permissions'))) {
      const one = { scope: String(key), level: String(value), reason: commentOf(value) };
      const known = wanted.get(one.scope);
      if (known === undefined || RANK.indexOf(one.level) > RANK.indexOf(known.level)) wanted.set(one.scope, one);
    }
  }
  return [...wanted.values()];
}

/** An output is followed to the step that makes it: what the action says of it is what it means. */
function meaningOf(expression: string, file: Source, files: readonly Source[], actions: readonly Source[]): string {
  const [, id = '', output = ''] = /jobs\.([\w-]+)\.outputs\.([\w-]+)/u.exec(expression) ?? [];
  const job = jobsOf(file).find((one) => one.id === id);
  const called = files.find(({ path }) => `$/${path}` === job?.node.get('uses'));
  if (called !== undefined) return meaningOf(textOf(called.document.getIn(['on', 'workflow_call', 'outputs', output, 'value'])), called, files, actions);
  const [, stepId = '', made = ''] = /steps\.([\w-]+)\.outputs\.([\w-]+)/u.exec(textOf(job?.node.getIn(['outputs', output]))) ?? [];
  const uses = job?.steps.find((step) => step.get('id') === stepId)?.get('uses');
  return textOf(actions.find(({ path }) => `$/${path.replace('/action.yml', '')}` === uses)?.document.getIn(['outputs', made, 'description']));
}

function purposeOf({ text }: Source): string {
  const [comment = ''] = /^(?:#.*\n)+/u.exec(text) ?? [];
  return comment.replaceAll(/^# ?/gmu, '').trim().replaceAll('\n', ' ');
}

function nameOf(path: string): string {
  return path.replace(/^.*\//u, '').replace(/\.ya?ml$/u, '');
}
