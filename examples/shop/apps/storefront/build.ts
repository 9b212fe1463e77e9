// Writes dist/: one module that wrangler uploads as it is. The revision is part of the bytes.
import { build } from 'esbuild';

const sha = process.env['DEPLOY_SHA'] ?? '';
if (!/^[0-9a-f]{40}$/.test(sha)) throw new Error(`DEPLOY_SHA must be the full commit, 40 hexadecimal digits. Given: "${sha}".`);
await build({
  entryPoints: ['src/worker.ts'], outfile: 'dist/worker/index.js',
  bundle: true, format: 'esm', target: 'es2024', define: { DEPLOY_SHA: JSON.stringify(sha) }, logLevel: 'info',
});
