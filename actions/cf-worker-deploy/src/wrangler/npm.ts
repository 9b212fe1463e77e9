/** wrangler needs no install script, and what deploys has a token in its memory. The rest keeps npm from asking for anything but the packages. */
export const NPM_FLAGS = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--engine-strict=false', '--loglevel=error'];
