import { registerHooks } from 'node:module';
import { FeatureFlags } from '@actions/expressions/features';
import type { TemplateContext } from '@actions/workflow-parser/templates/template-context';
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token';
import type { Refusal } from '../outcome.ts';
import { onOneLine } from './one-line.ts';

export type Parsed = { readonly refused: null; readonly root: TemplateToken } | { readonly refused: Refusal };

/** GitHub's own reading of a workflow file: its token tree, or its first complaint with the line. */
export async function parseWorkflowFile(file: string, content: string): Promise<Parsed> {
  const github = await githubsParser();
  const context = new github.TemplateContext(new github.TemplateValidationErrors(), github.schema, new github.NoOperationTraceWriter());
  // Without the flag the parser refuses `background`, `wait`, `wait-all`, `cancel` and `parallel` (B5).
  const featureFlags = new FeatureFlags({ allowBackgroundSteps: true });
  context.state['featureFlags'] = featureFlags;
  const { value } = github.parseWorkflow({ name: file, content: onOneLine(content) }, context);
  if (value !== undefined && context.errors.getErrors().length === 0) spellNeeds(value as unknown as Spelled);
  if (value !== undefined && context.errors.getErrors().length === 0) await github.convertWorkflowTemplate(context, value, undefined, { featureFlags });
  return parsed(file, context, value);
}

interface Spelled {
  value?: unknown;
  readonly count?: number;
  get?(index: number): Spelled;
  find?(key: string): Spelled | undefined;
}

/** `needs` ignores case (WorkflowTemplateConverter.cs), which the npm converter does not: each need is spelled as the job is. */
function spellNeeds(root: Spelled): void {
  const jobs = root.find?.('jobs');
  const ids = itemsOf(jobs).map((pair) => String((pair as unknown as { key: Spelled }).key.value));
  for (const pair of itemsOf(jobs)) {
    const needs = (pair.value as Spelled).find?.('needs');
    for (const need of needs === undefined ? [] : [needs, ...itemsOf(needs)]) {
      const id = typeof need.value === 'string' ? ids.find((one) => one.toLowerCase() === String(need.value).toLowerCase()) : undefined;
      if (id !== undefined) need.value = id;
    }
  }
}

function itemsOf(token: Spelled | undefined): Spelled[] {
  return Array.from({ length: token?.count ?? 0 }, (_, index) => token?.get?.(index) ?? {});
}

/**
 * GitHub's own reading of an `action.yml`, by the schema of the runner (action_yaml.json), which lets in what it does not know. `parseAction` has that of an
 * editor: it wants a description and refuses keys beside the documented ones.
 */
export async function parseActionFile(file: string, content: string): Promise<Parsed> {
  const github = await githubsParser();
  const context = new github.TemplateContext(new github.TemplateValidationErrors(), github.getActionSchema(), new github.NoOperationTraceWriter());
  const id = context.getFileId(file);
  const reader = new github.YamlObjectReader(id, onOneLine(content));
  for (const error of reader.errors) context.error(id, error.message, error.range);
  return parsed(file, context, reader.errors.length > 0 ? undefined : github.readTemplate(context, 'action-root', reader, id));
}

// Complaints of the npm converter alone: an expression may give the whole mapping (WorkflowTemplateConverter.cs), and a text's default may be a number or a flag.
const ONLY_HERE = /^Unexpected type '(?:BasicExpressionToken' encountered while reading '(?:step env|job env|job outputs)'|(?:Number|Boolean)Token' encountered while reading 'input default'\. The type 'StringToken')/u;

function parsed(file: string, context: TemplateContext, value: TemplateToken | undefined): Parsed {
  const complaint = context.errors.getErrors().find((error) => !ONLY_HERE.test(error.rawMessage));
  if (complaint !== undefined) return { refused: { message: complaint.rawMessage, file, line: complaint.range?.start.line ?? 1 } };
  if (value === undefined) return { refused: { message: `${file} is empty`, file, line: 1 } };
  return { refused: null, root: value };
}

async function load() {
  const [workflows, actions, readers, objects, contexts, schemas] = await Promise.all([
    import('@actions/workflow-parser'),
    import('@actions/workflow-parser/actions/action-schema'),
    import('@actions/workflow-parser/templates/template-reader'),
    import('@actions/workflow-parser/workflows/yaml-object-reader'),
    import('@actions/workflow-parser/templates/template-context'),
    import('@actions/workflow-parser/workflows/workflow-schema'),
  ]);
  const schema = schemas.getWorkflowSchema();
  knowCacheMode(schema.definitions as unknown as Record<string, { properties?: Record<string, object> }>);
  return { ...workflows, ...actions, ...readers, ...objects, ...contexts, schema };
}

/** `cache-mode` came to workflows and jobs after the schema of 0.3.61: it is let in wherever `permissions` may stand. */
function knowCacheMode(definitions: Readonly<Record<string, { properties?: Record<string, object> }>>): void {
  for (const { properties } of Object.values(definitions)) {
    const permissions = properties?.['permissions'];
    if (properties === undefined || permissions === undefined || 'cache-mode' in properties) continue;
    properties['cache-mode'] = Object.assign(Object.create(Object.getPrototypeOf(permissions) as object) as object, permissions, { type: 'non-empty-string' });
  }
}

// The package imports JSON without `with { type: 'json' }`, which plain Node refuses: then a load hook adds it, so that no consumer needs a flag.
let parser: ReturnType<typeof load> | null = null;

function githubsParser(): ReturnType<typeof load> {
  parser ??= load().catch((error: { code?: string }) => {
    if (error.code !== 'ERR_IMPORT_ATTRIBUTE_MISSING') throw error;
    registerHooks({
      load: (url, context, onward) =>
        url.startsWith('file:') && url.endsWith('.json') ? onward(url, { ...context, importAttributes: { ...context.importAttributes, type: 'json' } }) : onward(url, context),
    });
    return load();
  });
  return parser;
}
