import { type Capture, paysBy, type ProbeStep } from '../../config/index.ts';
import type { HttpMethod, HttpResponse } from '../../net/index.ts';
import type { Surface } from '../../release/index.ts';
import { graphqlFault, JSON_BODY } from '../graphql.ts';
import { ask, jsonOf, placeOf, type Reach } from '../reach.ts';
import type { Reading } from '../types.ts';
import { type Cookies, cookieJar } from './cookies.ts';
import { unmet } from './expect.ts';
import { type Captured, fillPath, fillText, fillValue } from './fill.ts';
import type { Find } from './patterns.ts';
import { atPointer } from './pointer.ts';

export interface Journey {
  readonly steps: readonly ProbeStep[];
  /** Under which the steps are written. */
  readonly surface: Surface;
  readonly reach: Reach;
  readonly find: Find;
  originOf(surface: Surface): string;
}

/** All steps in their order, in a session of its own; the first one that is not as expected ends it. */
export async function runSteps(journey: Journey): Promise<Reading> {
  const captured = new Map<string, string | number | boolean>();
  const cookies = cookieJar();
  for (const step of journey.steps) {
    const reading = await runStep(step, journey, captured, cookies);
    if (reading.kind !== 'ok') return { ...reading, why: `step ${step.name}: ${reading.why}` };
  }
  return { kind: 'ok' };
}

type StepReading = Extract<Reading, { kind: 'ok' | 'failing' | 'no-answer' }>;

async function runStep(step: ProbeStep, { surface: under, reach, find, originOf }: Journey, captured: Map<string, string | number | boolean>, cookies: Cookies): Promise<StepReading> {
  const surface = step.surface ?? under;
  const path = fillPath(step.path, captured);
  // Once more with what was captured: a shop's answer must not lead the way to a payment.
  const pays = paysBy({ ...step, path, json: fillValue(step.json, captured) as ProbeStep['json'] });
  if (pays !== null) return { kind: 'failing', why: `not sent: ${pays.why}` };
  const url = `${originOf(surface)}${path}`;
  const cookie = cookies.headerFor(new URL(url).host);
  const { body, type } = bodyOf(step, captured);
  const headers = Object.fromEntries(Object.entries(step.headers ?? {}).map(([name, value]) => [name.toLowerCase(), fillText(value, captured)]));
  const unfit = Object.entries(headers).find(([, value]) => /[^\t\x20-\x7e\x80-\xff]/.test(value));
  if (unfit !== undefined) return { kind: 'failing', why: `not sent: what was captured for the header ${unfit[0]} does not fit into one` };
  const answer = await ask(reach, { surface, url, method: methodOf(step), follow: step.expect.status < 300 || step.expect.status > 399, headers: { ...type, ...headers, ...(cookie === null ? {} : { cookie }) }, ...(body === undefined ? {} : { body }) });
  if (answer.kind !== 'answer') return { kind: answer.kind === 'wrong' ? 'failing' : 'no-answer', why: answer.why };
  const { response } = answer;
  cookies.take(new URL(url).host, response.headers['set-cookie']);
  const fault = faultOf(step, response, url, find) ?? capture(step.capture ?? {}, response, captured, find);
  return fault === null ? { kind: 'ok' } : { kind: 'failing', why: `${methodOf(step)} ${placeOf(url)}: ${fault}` };
}

function faultOf(step: ProbeStep, response: HttpResponse, url: string, find: Find): string | null {
  const refused = step.graphql === undefined ? null : graphqlFault(response, url);
  return refused ?? unmet(step.expect, { status: response.status, text: response.text(), document: jsonOf(response) ?? undefined }, find);
}

function methodOf(step: ProbeStep): HttpMethod {
  return step.method ?? (step.graphql === undefined && step.json === undefined && step.form === undefined ? 'GET' : 'POST');
}

function bodyOf({ graphql, variables, json, form }: ProbeStep, captured: Captured): { body?: string; type: Record<string, string> } {
  if (graphql !== undefined) return { body: JSON.stringify({ query: graphql, variables: fillValue(variables ?? {}, captured) }), type: JSON_BODY };
  if (json !== undefined) return { body: JSON.stringify(fillValue(json, captured)), type: JSON_BODY };
  if (form === undefined) return { type: {} };
  const fields = Object.entries(form).map(([name, value]) => [name, fillText(value, captured)] as const);
  return { body: new URLSearchParams(Object.fromEntries(fields)).toString(), type: { 'content-type': 'application/x-www-form-urlencoded' } };
}

/** Keeps what later steps need. @returns what is not there */
function capture(wanted: Readonly<Record<string, Capture>>, response: HttpResponse, captured: Map<string, string | number | boolean>, find: Find): string | null {
  for (const [name, where] of Object.entries(wanted)) {
    const value = found(where, response, find);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return `there is no "${name}" to capture`;
    captured.set(name, value);
  }
  return null;
}

function found(where: Capture, response: HttpResponse, find: Find): unknown {
  if ('json' in where) return atPointer(jsonOf(response), where.json);
  if ('header' in where) return response.headers[where.header.toLowerCase()];
  return find(where.matches, response.text());
}
