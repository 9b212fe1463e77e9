import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { GIT_ENVIRONMENT } from './git.ts';

/** `https://github.com/owner/name(.git)/…` answered by git's own CGI. */
export function gitBackend(request: Request, bare: string, path: string, login: string): Promise<Response> {
  const url = new URL(request.url);
  const header = (name: string): string => request.headers.get(name) ?? '';
  const child = spawn('git', ['http-backend'], {
    env: {
      ...GIT_ENVIRONMENT, GIT_PROJECT_ROOT: bare, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: path, REMOTE_USER: login, REMOTE_ADDR: '127.0.0.1', REQUEST_METHOD: request.method, QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: header('content-type'), HTTP_CONTENT_ENCODING: header('content-encoding'), GIT_PROTOCOL: header('git-protocol'),
      ...(request.headers.has('content-length') ? { CONTENT_LENGTH: header('content-length') } : {}),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined); // it may answer before it has read everything
  if (request.body === null) child.stdin.end();
  else Readable.fromWeb(request.body).on('error', () => child.kill()).pipe(child.stdin);
  request.signal.addEventListener('abort', () => { if (child.exitCode === null) child.kill(); });
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      child.stdout.off('data', onData).pause();
      child.stdout.unshift(head.subarray(end + 4));
      resolve(cgiResponse(head.subarray(0, end).toString('latin1'), child.stdout));
    };
    child.stdout.on('data', onData);
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`git http-backend ended with ${code ?? 'a signal'} before it answered`)));
  });
}

function cgiResponse(head: string, body: Readable): Response {
  const headers = new Headers();
  let status = 200;
  for (const line of head.split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+): *(.*)$/u.exec(line) ?? [];
    if (name.toLowerCase() === 'status') status = Number(value.split(' ')[0]);
    else if (name !== '') headers.append(name, value);
  }
  return new Response(Readable.toWeb(body), { status, headers });
}
