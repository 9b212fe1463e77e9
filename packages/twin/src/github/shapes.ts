const API = 'https://api.github.com';
const WEB = 'https://github.com';

/** Node ids are opaque to clients; GitHub's own are base64 as well. */
export function nodeId(kind: string, id: string | number): string {
  return `${kind}_${Buffer.from(String(id)).toString('base64url')}`;
}

export function numberOf(name: string): number {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 2_000_000_011;
  return hash;
}

export function user(login: string): Record<string, unknown> {
  const name = encodeURIComponent(login); // a bot's login has brackets
  const url = `${API}/users/${name}`;
  return {
    login, id: numberOf(login), node_id: nodeId('U', login), avatar_url: `${WEB}/${name}.png`, gravatar_id: '', url, html_url: `${WEB}/${name}`,
    followers_url: `${url}/followers`, following_url: `${url}/following{/other_user}`, gists_url: `${url}/gists{/gist_id}`, starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`, organizations_url: `${url}/orgs`, repos_url: `${url}/repos`, events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`, type: 'User', site_admin: false,
  };
}

const REPOSITORY_LINKS = ['assignees{/user}', 'branches{/branch}', 'collaborators{/collaborator}', 'comments{/number}', 'commits{/sha}', 'compare/{base}...{head}', 'contents/{+path}', 'contributors', 'deployments', 'downloads', 'events', 'forks', 'hooks', 'issues{/number}', 'keys{/key_id}', 'labels{/name}', 'languages', 'merges', 'milestones{/number}', 'notifications{?since,all,participating}', 'pulls{/number}', 'releases{/id}', 'stargazers', 'statuses/{sha}', 'subscribers', 'subscription', 'tags', 'teams'];

export function minimalRepository(name: string): Record<string, unknown> {
  const [owner = '', short = ''] = name.split('/');
  const url = `${API}/repos/${name}`;
  const links = Object.fromEntries(REPOSITORY_LINKS.map((link) => [`${/^[a-z]+/u.exec(link)?.[0] ?? ''}_url`, `${url}/${link}`]));
  return {
    id: numberOf(name), node_id: nodeId('R', name), name: short, full_name: name, private: true, owner: user(owner), html_url: `${WEB}/${name}`, description: null, fork: false, url, ...links,
    archive_url: `${url}/{archive_format}{/ref}`, blobs_url: `${url}/git/blobs{/sha}`, git_commits_url: `${url}/git/commits{/sha}`, git_refs_url: `${url}/git/refs{/sha}`, git_tags_url: `${url}/git/tags{/sha}`,
    trees_url: `${url}/git/trees{/sha}`, issue_comment_url: `${url}/issues/comments{/number}`, issue_events_url: `${url}/issues/events{/number}`,
  };
}

export function fullRepository(name: string, at: string): Record<string, unknown> {
  return {
    ...minimalRepository(name), clone_url: `${WEB}/${name}.git`, git_url: `git://github.com/${name}.git`, ssh_url: `git@github.com:${name}.git`, svn_url: `${WEB}/${name}`, default_branch: 'main', mirror_url: null,
    homepage: null, language: 'TypeScript', license: null, has_issues: true, has_projects: false, has_wiki: false, has_pages: false, has_discussions: false, archived: false, disabled: false,
    forks: 0, forks_count: 0, open_issues: 0, open_issues_count: 0, stargazers_count: 0, watchers: 0, watchers_count: 0, network_count: 0, subscribers_count: 0, size: 1, created_at: at, updated_at: at, pushed_at: at,
  };
}

export function reference(name: string, ref: string, sha: string, type: string): Record<string, unknown> {
  const url = `${API}/repos/${name}/git`;
  return { ref, node_id: nodeId('REF', `${name}:${ref}`), url: `${url}/${ref}`, object: { type, sha, url: `${url}/${type}s/${sha}` } };
}

export interface CommitData {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  readonly committer: { readonly name: string; readonly email: string; readonly date: string };
  readonly message: string;
}

const UNSIGNED = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

export function gitCommit(name: string, commit: CommitData): Record<string, unknown> {
  const url = `${API}/repos/${name}/git`;
  return {
    sha: commit.sha, node_id: nodeId('C', commit.sha), url: `${url}/commits/${commit.sha}`, html_url: `${WEB}/${name}/commit/${commit.sha}`, author: commit.author, committer: commit.committer, message: commit.message,
    tree: { sha: commit.tree, url: `${url}/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({ sha, url: `${url}/commits/${sha}`, html_url: `${WEB}/${name}/commit/${sha}` })),
    verification: UNSIGNED,
  };
}

export function listedCommit(name: string, commit: CommitData): Record<string, unknown> {
  const url = `${API}/repos/${name}`;
  const link = (sha: string): Record<string, string> => ({ sha, url: `${url}/commits/${sha}`, html_url: `${WEB}/${name}/commit/${sha}` });
  return {
    ...link(commit.sha), node_id: nodeId('C', commit.sha), comments_url: `${url}/commits/${commit.sha}/comments`, author: null, committer: null, parents: commit.parents.map(link),
    commit: { author: commit.author, committer: commit.committer, message: commit.message, tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` }, url: `${url}/git/commits/${commit.sha}`, comment_count: 0, verification: UNSIGNED },
  };
}
