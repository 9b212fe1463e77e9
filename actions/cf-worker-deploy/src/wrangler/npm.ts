/** wrangler needs no install script, and what deploys has a token in its memory. The rest keeps npm from asking for anything but the packages. */
export const NPM_FLAGS = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--engine-strict=false', '--loglevel=error'];

/** Where the tree that the lock file gives is known as a whole, and how npm is told to lay out that platform's. */
export const PLATFORMS: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': ['--os=linux', '--cpu=x64', '--libc=glibc'],
  'linux-arm64': ['--os=linux', '--cpu=arm64', '--libc=glibc'],
  'darwin-x64': ['--os=darwin', '--cpu=x64'],
  'darwin-arm64': ['--os=darwin', '--cpu=arm64'],
};
