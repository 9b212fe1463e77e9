import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage } from '@vendure-deploy/twin';

/** Keeps the shop contract; whatever else is asked gets the process's environment, which is what a Machine really got. */
const SERVER = `const http = require('node:http');
http.createServer(({ url }, response) => {
  response.setHeader('cache-control', 'no-store');
  if (url === '/version') return response.end(JSON.stringify({ sha: process.env.DEPLOY_SHA, builtAt: '2026-01-01T12:00:00Z', processGroup: 'app' }));
  if (url === '/health/ready') return response.end(JSON.stringify({ status: 'ok', checks: { database: 'ok', pendingMigrations: 0, jobQueueLag: { seconds: 0, oldestPending: null } } }));
  response.end(JSON.stringify(process.env));
}).listen(3000);
process.on('SIGINT', () => process.exit(0));`;

const FILES = {
  Dockerfile: 'FROM node:24\nWORKDIR /shop\nARG DEPLOY_SHA\nENV DEPLOY_SHA=$DEPLOY_SHA\nCOPY . .\nCMD ["node", "server.cjs"]\n',
  'server.cjs': SERVER,
  'worker.cjs': "setInterval(() => {}, 1000); process.on('SIGINT', () => process.exit(0));",
};

export type ShopImage = Awaited<ReturnType<typeof buildImage>>;

/** The image of a shop at one commit: server and worker. @param context a folder for its files @param more further files of it */
export async function shopImage(context: string, sha: string, more: Readonly<Record<string, string>> = {}): Promise<ShopImage> {
  await mkdir(context, { recursive: true });
  for (const [name, text] of Object.entries({ ...FILES, ...more })) await writeFile(join(context, name), text);
  return buildImage({ context, dockerfile: join(context, 'Dockerfile'), buildArguments: { DEPLOY_SHA: sha }, labels: { 'org.opencontainers.image.revision': sha } });
}
