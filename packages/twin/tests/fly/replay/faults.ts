import { processGroups } from '../../../src/fly/machine-config.ts';
import { parse } from 'smol-toml';
import type { Call } from './call.ts';
import type { Names } from './names.ts';
import type { RecordedFault, Recording } from './recording.ts';

// Fly says with every refusal which request it was; flyctl prints that.
const REQUEST_ID = 'fly-request-id=01STUBREQUEST-ams';

/** The stub's settings and faults as lines of the twin's own faults. `calls` are the recorded ones: they say whom a counted fault met. */
export function faultLines(recording: Recording, calls: readonly Call[], names: Names): string[] {
  const { stub } = recording;
  const groups = processGroups(parse(recording.flyToml));
  return [
    ...(stub.faults ?? []).flatMap((fault) => linesOf(fault, calls, names)),
    ...accessLines(recording),
    ...graphqlLines(recording, calls),
    ...machineLines(recording, groups),
    ...leaseLines(recording, calls, names),
    ...logLines(recording),
    ...(stub.empty_list === undefined ? [] : [`fly GET /v1/apps/*/machines 1-${stub.empty_list} 200 []`]),
    ...(stub.host_bad === undefined ? [] : [`fly machine app/${stub.host_bad} * host-unreachable`]),
    ...(stub.ps === '404' ? [] : [`fly GET /v1/apps/*/machines/*/ps * 200 ${stub.ps === 'empty' ? '[]' : LISTENING}`]),
  ];
}

const LISTENING = '[{"pid":323,"command":"node server.js","listen_sockets":[{"proto":"tcp","address":"0.0.0.0:8080"}]}]';

function linesOf(fault: RecordedFault, calls: readonly Call[], names: Names): string[] {
  if (fault.hook === 'function:mixed') return [];
  if (fault.hook === 'function:revert') return [`fly machine ${names.get(/[0-9a-f]{14}/u.exec(fault.p)?.[0] ?? '') ?? ''} * reverts`];
  const effect = effectOf(fault);
  if (fault.gql !== undefined) {
    const graphql = calls.filter(({ path }) => path === '/graphql');
    return graphql.flatMap((call, index) => (new RegExp(fault.gql ?? '', 'u').test(queryOf(call)) ? [`fly graphql * ${index + 1} ${effect}`] : []));
  }
  const method = fault.m ?? '*';
  const met = calls.filter((call) => (method === '*' || call.method === method) && new RegExp(fault.p, 'u').test(call.path));
  const first = (fault.skip ?? 0) + 1;
  if (fault.times === undefined) return [`fly ${method} ${globOf(fault.p)} ${first === 1 ? '*' : `${first}-`} ${effect}`];
  const hits = met.slice(first - 1, first - 1 + fault.times);
  const pinned = hits.map((hit) => ({ path: hit.path, nth: met.filter(({ path }) => path === hit.path).indexOf(hit) + 1 }));
  // Which process group comes first is chance, in flyctl and here: the fault meets the Machine that it met. One that was made meanwhile is met by its turn.
  if (hits.every(({ path }) => /\/d8001000000\w+/u.test(path) && isSeeded(path, calls))) return pinned.map(({ path, nth }) => `fly ${method} ${path} ${nth} ${effect}`);
  return [`fly ${method} ${globOf(fault.p)} ${first}-${first - 1 + fault.times} ${effect}`];
}

function isSeeded(path: string, calls: readonly Call[]): boolean {
  return calls.every(({ made }) => made === null || !path.includes(made));
}

function effectOf({ status, body, reset, delay, commit }: RecordedFault): string {
  const after = commit === true ? ' after-commit' : '';
  if (reset === true) return `reset${after}`;
  if (status === undefined) return `delay ${delay ?? 0}s`;
  return `${status} ${REQUEST_ID} ${spaced(body ?? '')}${after}`;
}

/** flyctl prints some bodies as they came: the stub wrote JSON with spaces. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${spaced(one)}`).join(', ')}}`;
}

/** The stub's patterns are anchored or not, and have `[^/]+` for a part of a path; a glob is always anchored. */
function globOf(pattern: string): string {
  const body = pattern.replace(/^\^/u, '').replace(/\$$/u, '').replaceAll('[^/]+', '*');
  const start = pattern.startsWith('^') ? '' : '**';
  const end = pattern.endsWith('$') ? '' : '**';
  return `${start}${body}${end}`;
}

function accessLines({ stub }: Recording): string[] {
  if (stub.auth === undefined) return [];
  const refusal = `401 ${REQUEST_ID} {"error":"unauthorized"}`;
  return [...(stub.gql200 === true ? ['fly graphql * * 200 {"data":null,"errors":[{"message":"You must be authenticated to view this.","extensions":{"code":"UNAUTHORIZED"}}]}'] : []), `fly * /** * ${refusal}`];
}

/** flyctl's queries have no names: they are met by their turn. */
function graphqlLines({ stub }: Recording, calls: readonly Call[]): string[] {
  const turnsOf = (text: string): number[] => calls.filter(({ path }) => path === '/graphql').flatMap((call, index) => (queryOf(call).includes(text) ? [index + 1] : []));
  const answers: [string, string][] = [
    ...(stub.bluegreen_ok === false ? [['canPerformBluegreenDeployment', '{"data":{"canPerformBluegreenDeployment":false}}'] as [string, string]] : []),
    ...(stub.wg === 'ok' ? [['validateWireGuardPeers', '{"data":{"validateWireGuardPeers":{"invalidPeerIps":[]}}}'] as [string, string]] : []),
  ];
  return answers.flatMap(([text, answer]) => turnsOf(text).map((turn) => `fly graphql * ${turn} 200 ${answer}`));
}

function queryOf({ body }: Call): string {
  return typeof body === 'object' && body !== null && 'query' in body ? String(body.query) : '';
}

/** What Machines do; of two rules for one start the first acts. */
function machineLines(recording: Recording, groups: readonly string[]): string[] {
  const { stub } = recording;
  const every = (effect: string): string[] => groups.map((group) => `fly machine ${group}/* * ${effect}`);
  return [
    ...(stub.crash === undefined ? [] : every('crash-loops')),
    ...every(`start-takes ${startMs(recording)}ms`),
    ...(stub.stop_ms === undefined ? [] : every(`stop-takes ${stub.stop_ms}ms`)),
  ];
}

/** A flyctl that did not wait was gone before its Machines had started, and is here. */
function startMs({ stub, commands }: Recording): number {
  const wasUnderWay = stub.crash === undefined && commands.some(({ machines = [] }) => machines.some((line) => / (?:replacing|starting|created) /u.test(line)));
  return stub.update_ms ?? stub.start_ms ?? (wasUnderWay ? LONG_MS : 150);
}

const LONG_MS = 5000;

/** The first lease that was asked for was held, whosever it was. */
function leaseLines({ stub }: Recording, calls: readonly Call[], names: Names): string[] {
  if (stub.hold_first_lease === undefined) return [];
  const refused = calls.find(({ path, status }) => path.endsWith('/lease') && status === 409);
  const id = /machines\/([^/]+)/u.exec(refused?.path ?? '')?.[1] ?? '';
  return [`fly machine ${names.get(id) ?? ''} 1 lease-held for ${stub.hold_first_lease}s`];
}

function logLines({ stub }: Recording): string[] {
  if (stub.logs === false || stub.logs === 500) return [`fly GET /api/v1/apps/*/logs * ${stub.logs === 500 ? '500' : '401'} {"error":"oops"}`];
  if (stub.logs === undefined) return [];
  const line = { id: '0', attributes: { timestamp: '2026-11-23T11:23:55Z', message: 'Running migrations' } };
  return [`fly GET /api/v1/apps/*/logs 1 200 ${JSON.stringify({ data: [line], meta: { next_token: 'tok1' } })}`, 'fly GET /api/v1/apps/*/logs 2- 200 {"data":[],"meta":{"next_token":"tok1"}}'];
}
