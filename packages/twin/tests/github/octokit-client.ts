/** GitHub's own client in a process of its own, which is told of no twin: does one piece of work and prints what it got. */
import { Octokit, RequestError } from 'octokit';

const place = { owner: 'example', repo: 'shop' };

const WORK = {
  repository: async ({ rest }) => {
    const { data } = await rest.repos.get(place);
    const { data: ref } = await rest.git.getRef({ ...place, ref: `heads/${data.default_branch}` });
    return { name: data.full_name, ref: ref.ref, sha: ref.object.sha };
  },
  deployment: async ({ rest, paginate }) => {
    const { data } = await rest.repos.createDeployment({ ...place, ref: 'main', environment: 'production', auto_merge: false, required_contexts: [], payload: { 'run-id': 7 } });
    if (!('id' in data)) throw new Error('GitHub merged instead');
    await rest.repos.createDeploymentStatus({ ...place, deployment_id: data.id, state: 'in_progress' });
    await rest.repos.createDeploymentStatus({ ...place, deployment_id: data.id, state: 'success', environment_url: 'https://shop.example', log_url: 'https://github.com/example/shop/actions/runs/7' });
    const listed = await paginate(rest.repos.listDeployments, { ...place, environment: 'production', sha: data.sha });
    const elsewhere = await paginate(rest.repos.listDeployments, { ...place, environment: 'staging' });
    const statuses = await paginate(rest.repos.listDeploymentStatuses, { ...place, deployment_id: data.id });
    return {
      listed: listed.map(({ id, environment, payload }) => ({ isOurs: id === data.id, environment, payload })),
      elsewhere: elsewhere.length,
      statuses: statuses.map(({ state, environment_url }) => ({ state, environment_url })),
    };
  },
  comparison: async ({ rest }) => {
    const { data: main } = await rest.git.getRef({ ...place, ref: 'heads/main' });
    const parent = main.object.sha;
    const { data: tree } = await rest.git.createTree({ ...place, base_tree: parent, tree: [file('server.ts'), file('README.md')] });
    const { data: commit } = await rest.git.createCommit({ ...place, message: 'Add a server', tree: tree.sha, parents: [parent] });
    await rest.git.createRef({ ...place, ref: 'refs/heads/feature/server', sha: commit.sha });
    const { data } = await rest.repos.compareCommitsWithBasehead({ ...place, basehead: 'main...feature/server' });
    return { status: data.status, ahead: data.ahead_by, messages: data.commits.map((one) => one.commit.message.trim()), files: data.files?.map(({ filename, status }) => `${status} ${filename}`) };
  },
  comments: async ({ rest, paginate }) => {
    const list = (): Promise<{ id: number; body?: string }[]> => paginate(rest.issues.listComments, { ...place, issue_number: 12, per_page: 100 });
    const before = await list();
    for (let count = 1; count <= 101; count += 1) await rest.issues.createComment({ ...place, issue_number: 12, body: String(count) });
    const listed = await list();
    const last = listed.at(-1);
    await rest.issues.updateComment({ ...place, comment_id: last?.id ?? 0, body: `${last?.body ?? ''}, again` });
    const elsewhere = await paginate(rest.issues.listComments, { ...place, issue_number: 13 });
    return { before: before.length, listed: listed.length, last: last?.body, changed: (await list()).at(-1)?.body, elsewhere: elsewhere.length };
  },
  'create-comment': ({ rest }) => refusal(rest.issues.createComment({ ...place, issue_number: 12, body: 'x' })),
  'change-comment': ({ rest }) => refusal(rest.issues.updateComment({ ...place, comment_id: 1, body: 'x' })),
  'missing-ref': ({ rest }) => refusal(rest.git.getRef({ ...place, ref: 'heads/none' })),
  'missing-repository': ({ rest }) => refusal(rest.repos.get({ ...place, repo: 'none' })),
  'list-deployments': ({ rest }) => refusal(rest.repos.listDeployments(place)),
  'create-deployment': ({ rest }) => refusal(rest.repos.createDeployment({ ...place, ref: 'main' })),
} as const satisfies Record<string, (octokit: Octokit) => Promise<unknown>>;

export type Work = keyof typeof WORK;

const [work = '', token] = process.argv.slice(2);
// Its throttle spaces writes by a second: kind to GitHub, of no use to a test.
console.log(JSON.stringify(await WORK[work as Work](new Octokit({ auth: token, throttle: { enabled: false }, log: { debug() {}, info() {}, warn: console.error, error() {} } }))));

function file(path: string): { path: string; mode: '100644'; type: 'blob'; content: string } {
  return { path, mode: '100644', type: 'blob', content: 'export {};\n' };
}

/** How octokit tells its user of a no. */
async function refusal(call: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RequestError) return { status: error.status, message: error.message };
    throw error;
  }
  throw new Error('It was not refused');
}
