// Uploads an artifact of INPUT_SIZE bytes as the published clients do: blocks of 8 MiB, four at once.
const { ACTIONS_RESULTS_URL: url, ACTIONS_RUNTIME_TOKEN: token } = process.env;
const size = Number(process.env.INPUT_SIZE), block = Buffer.alloc(8 << 20, 'windlass ');
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

async function put(address, body) {
  const answer = await fetch(address, { method: 'PUT', body });
  if (answer.status !== 201) throw new Error(`PUT: ${answer.status}`);
}

async function main() {
  const { signed_upload_url: address } = await call('CreateArtifact', { version: 4 });
  const ids = Array.from({ length: Math.ceil(size / block.length) }, (_, index) =>
    Buffer.from(String(index).padStart(8, '0')).toString('base64'));
  const left = ids.map((id, index) => [id, Math.min(block.length, size - index * block.length)]);
  const worker = async () => {
    for (let next; (next = left.shift()); ) {
      const id = encodeURIComponent(next[0]);
      await put(`${address}&comp=block&blockid=${id}`, block.subarray(0, next[1]));
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  const list = ids.map(id => `<Latest>${id}</Latest>`).join('');
  await put(`${address}&comp=blocklist`, `<?xml version="1.0"?><BlockList>${list}</BlockList>`);
  await call('FinalizeArtifact', { size: String(size) });
}

main().catch(error => { console.log(error.message); process.exitCode = 1; });
