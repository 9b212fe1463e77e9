import { execFile } from 'node:child_process';

export interface Answer {
  /** curl's: 18 half a body, 28 no answer in time, 35, 52 and 56 a lost connection. */
  readonly exit: number;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly seconds?: number;
}

/** A real client in a process of its own, which only its environment leads to the twin. */
export function curl(environment: Readonly<Record<string, string>>, url: string, { method = 'GET', token = 'token', body, seconds = 10 }: Asked = {}): Promise<Answer> {
  const data = body === undefined ? [] : ['-H', 'content-type: application/json', '-d', JSON.stringify(body)];
  const args = ['-sS', '-i', '--suppress-connect-headers', '-m', String(seconds), '-X', method, '-H', `authorization: Bearer ${token}`, ...data, url];
  return new Promise((resolve) => {
    execFile('curl', args, { env: { PATH: '/usr/bin:/bin', ...environment }, encoding: 'latin1', maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      const end = stdout.indexOf('\r\n\r\n');
      const [first = '', ...lines] = stdout.slice(0, Math.max(0, end)).split('\r\n');
      const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
      resolve({ exit: Number(error?.code ?? 0), status: Number(first.split(' ')[1] ?? 0), headers, body: stdout.slice(end + 4) });
    });
  });
}
