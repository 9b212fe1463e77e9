import http from 'node:http';
import { GhRefusal } from './refusal.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Where the next page is; null: this was the last. */
  readonly next: string | null;
}

/** One call to GitHub's REST API, with the operator's token and through the operator's network. */
export async function ask(method: string, path: string, body: unknown = null): Promise<Answer> {
  const token = process.env['GH_TOKEN'] ?? process.env['GITHUB_TOKEN'] ?? '';
  if (token === '') throw new GhRefusal('To get started with GitHub CLI, please run:  gh auth login');
  http.setGlobalProxyFromEnv();
  const response = await fetch(path.startsWith('https://') ? path : `https://api.github.com/${path.replace(/^\//u, '')}`, {
    method,
    headers: { authorization: `token ${token}`, accept: 'application/vnd.github+json', 'user-agent': 'GitHub CLI' },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text(), next: /<([^>]+)>; rel="next"/u.exec(response.headers.get('link') ?? '')?.[1] ?? null };
}
