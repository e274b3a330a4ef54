// Uploads an artifact of INPUT_SIZE bytes in blocks of 8 MiB, four at once, as the published clients
// do, but by curl: what is measured is the server, not Node.js.
const { execFileSync } = require('child_process'), fs = require('fs');
const { ACTIONS_RESULTS_URL: url, ACTIONS_RUNTIME_TOKEN: token, RUNNER_TEMP: temp } = process.env;
const size = Number(process.env.INPUT_SIZE), block = 8 << 20;
const scope = JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).scp.split(':');
const own = { workflow_run_backend_id: scope[1], workflow_job_run_backend_id: scope[2], name: 'large' };

async function call(method, message) {
  const address = `${url}/twirp/github.actions.results.api.v1.ArtifactService/${method}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ ...own, ...message });
  const answer = await fetch(address, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`${method}: ${answer.status}`);
  return answer.json();
}

// A file of one block, and one of what is left for the last.
function file(name, bytes) {
  const path = `${temp}/${name}`;
  fs.writeFileSync(path, Buffer.alloc(bytes, 'windlass '));
  return path;
}

async function main() {
  const { signed_upload_url: address } = await call('CreateArtifact', { version: 4 });
  const count = Math.ceil(size / block), whole = file('whole', block);
  const last = file('last', size - (count - 1) * block);
  const ids = Array.from({ length: count }, (_, index) =>
    Buffer.from(String(index).padStart(8, '0')).toString('base64'));
  const put = (id, index) => `url = "${address}&comp=block&blockid=${encodeURIComponent(id)}"
upload-file = "${index + 1 < count ? whole : last}"\noutput = "/dev/null"\n`;
  fs.writeFileSync(`${temp}/blocks`, ids.map(put).join(''));
  const words = ['--silent', '--show-error', '--fail', '--header', 'Expect:', '--parallel'];
  execFileSync('curl', [...words, '--parallel-max', '4', '--config', `${temp}/blocks`]);
  const list = ids.map(id => `<Latest>${id}</Latest>`).join('');
  const body = `<?xml version="1.0"?><BlockList>${list}</BlockList>`;
  const answer = await fetch(`${address}&comp=blocklist`, { method: 'PUT', body });
  if (answer.status !== 201) throw new Error(`the list: ${answer.status}`);
  await call('FinalizeArtifact', { size: String(size) });
}

main().catch(error => { console.log(error.message); process.exitCode = 1; });
