// Saves the folder INPUT_TREE in a cache and restores it, with the programs that actions/cache has
// tar and zstd for, but with curl in place of its client: what is measured is the server.
const { execFileSync } = require('child_process'), fs = require('fs');
const { ACTIONS_RESULTS_URL: url, ACTIONS_RUNTIME_TOKEN: token, RUNNER_TEMP: temp } = process.env;
const entry = { key: `tree-${process.env.GITHUB_RUN_ID}`, version: 'bench' };
const curl = (...words) => execFileSync('curl', ['--silent', '--show-error', '--fail', ...words]);

async function call(method, message) {
  const address = `${url}/twirp/github.actions.results.api.v1.CacheService/${method}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ ...entry, ...message });
  const answer = await (await fetch(address, { method: 'POST', headers, body })).json();
  if (!answer.ok) throw new Error(`${method}: ${JSON.stringify(answer)}`);
  return answer;
}

async function main() {
  const saved = `${temp}/saved.tzst`, restored = `${temp}/restored.tzst`, tree = `${temp}/tree`;
  execFileSync('tar', ['--use-compress-program', 'zstdmt', '-cf', saved, '-C', process.env.INPUT_TREE, '.']);
  const { signed_upload_url: up } = await call('CreateCacheEntry', {});
  curl('--header', 'x-ms-blob-type: BlockBlob', '--header', 'Expect:', '--upload-file', saved, up);
  await call('FinalizeCacheEntryUpload', { size_bytes: String(fs.statSync(saved).size) });
  fs.rmSync(saved);
  const { signed_download_url: down } = await call('GetCacheEntryDownloadURL', { restore_keys: [] });
  curl('--output', restored, down);
  fs.mkdirSync(tree);
  execFileSync('tar', ['--use-compress-program', 'unzstd', '-xf', restored, '-C', tree]);
}

main().catch(error => { console.log(error.message); process.exitCode = 1; });
