import type { ProbeStep } from './steps.ts';
import { paysBy } from './pays.ts';

interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What is wrong with a list of steps as a whole, before any of them is asked for. */
export function faultsOfSteps(steps: readonly ProbeStep[], kind: 'shadow' | 'canary'): Fault[] {
  const known = new Set<string>();
  const faults: Fault[] = [];
  steps.forEach((step, index) => {
    const at = (key: string, message: string): void => void faults.push({ path: [index, key], message });
    if (steps.findIndex(({ name }) => name === step.name) < index) at('name', `another step is called ${step.name}`);
    const bodies = (['graphql', 'json', 'form'] as const).filter((key) => step[key] !== undefined);
    if (bodies.length > 1) at(bodies[1] ?? 'json', `a step has one body, and this one has ${bodies.join(' and ')}`);
    if (step.method === 'GET' && bodies.length > 0) at('method', 'a GET has no body');
    if (step.variables !== undefined && step.graphql === undefined) at('variables', 'variables belong to a graphql document');
    if (step.graphql !== undefined && namesIn(step.graphql).length > 0) at('graphql', 'a document is never put together; give what was captured as a variable');
    for (const name of namesIn(textOf(step)).filter((one) => !known.has(one))) at(placeOf(step, name), `no step before this one captures "${name}"`);
    for (const header of Object.keys(step.headers ?? {}).filter((one) => OWN_HEADERS.includes(one.toLowerCase()))) at('headers', `${header} is not the step's to set: a session's cookies are kept by themselves`);
    if (hasConfiguredCredential(step)) at('headers', 'a credential does not stand in the configuration: authorization has to come from a capture, {{name}}');
    if (kind === 'shadow' && changes(step)) at(step.graphql === undefined ? 'method' : 'graphql', 'a shadow step changes nothing: GET or a GraphQL query. What writes belongs into `canary`');
    const pays = paysBy(step);
    if (pays !== null) at(pays.key, `${pays.why}. A canary stops at the shipping quote`);
    for (const name of Object.keys(step.capture ?? {})) known.add(name);
  });
  return faults;
}

const OWN_HEADERS = ['host', 'cookie', 'content-length', 'transfer-encoding', 'connection'];
const PLACE = /\{\{([^{}]*)\}\}/g;

function namesIn(given: string): string[] {
  return [...given.matchAll(PLACE)].map(([, name = '']) => name.trim());
}

function textOf({ path, headers, variables, json, form }: ProbeStep): string {
  return JSON.stringify([path, headers, variables, json, form]);
}

function placeOf(step: ProbeStep, name: string): string {
  return (['path', 'headers', 'variables', 'json', 'form'] as const).find((key) => namesIn(JSON.stringify(step[key]) ?? '').includes(name)) ?? 'path';
}

function hasConfiguredCredential({ headers = {} }: ProbeStep): boolean {
  return Object.entries(headers).some(([name, value]) => /^(?:authorization|proxy-authorization)$/i.test(name) && namesIn(value).length === 0);
}

function changes({ method, graphql, json, form }: ProbeStep): boolean {
  if (graphql !== undefined) return /\b(?:mutation|subscription)\b/.test(graphql);
  return json !== undefined || form !== undefined || (method ?? 'GET') !== 'GET';
}
