import type { Secret } from '@vendure-deploy/shared/secrets';
import { childEnvironment, runTool, type ToolResult, type ToolStream } from '@vendure-deploy/shared/tools';
import type { BuildRequest } from './types.ts';

/** Where the daemon and the builder are. */
const LOCATION = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH', 'DOCKER_API_VERSION', 'BUILDX_BUILDER'];
/** GitHub's runner kills 7.5 s after a cancel; a deadline of our own has time. */
const GRACE_AFTER_DEADLINE_MS = 8_000;

export interface Docker {
  /** A question; nothing of it is in the log. */
  ask(args: readonly string[], deadlineMs: number): Promise<ToolResult>;
  build(args: readonly string[], more: { environment: Record<string, string | Secret>; deadlineMs: number; onLine(line: string, stream: ToolStream): void }): Promise<ToolResult>;
}

/** @param configuration the variables of `writeLogin` */
export function dockerOf(request: BuildRequest, configuration: Record<string, string>): Docker {
  const location = LOCATION.flatMap((name) => (request.environment[name] === undefined ? [] : [[name, request.environment[name]] as const]));
  const environment = childEnvironment({ ...Object.fromEntries(location), ...configuration, BUILDX_NO_DEFAULT_ATTESTATIONS: '1' });
  const shared = { command: 'docker', cwd: request.workspace, signal: request.signal, log: request.log };
  return {
    ask: (args, deadlineMs) => runTool({ ...shared, args, environment, deadlineMs, quiet: true }),
    build: (args, { environment: own, ...more }) => runTool({ ...shared, args, environment: { ...environment, ...own }, deadlineGraceMs: GRACE_AFTER_DEADLINE_MS, ...more }),
  };
}
