//! Artifacts that are larger than memory, and than the disk.

use std::{fs, process::Command, thread, time::Duration};

use crate::stage::{Mounted, Stage, start};

const METADATA: &str = "
name: Upload
description: Uploads an artifact of a size in blocks, four at once, and reads it back
inputs: {name: {description: Its name}, size: {description: Its size}}
runs: {using: node20, main: main.js}
";

/// What the published clients do, without their packages: every block of 8 MiB is the same bytes.
const MAIN: &str = r#"
const { ACTIONS_RESULTS_URL: url, ACTIONS_RUNTIME_TOKEN: token, INPUT_NAME: name } = process.env;
const size = Number(process.env.INPUT_SIZE), block = Buffer.alloc(8 << 20, 'windlass ');
const scope = JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).scp.split(':');
const own = { workflow_run_backend_id: scope[1], workflow_job_run_backend_id: scope[2], name };
async function call(method, message) {
  const address = `${url}/twirp/github.actions.results.api.v1.ArtifactService/${method}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ ...own, ...message }) });
  if (!answer.ok) throw new Error(`${method}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
async function put(address, body) {
  const answer = await fetch(address, { method: 'PUT', body });
  if (answer.status !== 201) throw new Error(`PUT: ${answer.status} ${await answer.text()}`);
}
async function main() {
  const { signed_upload_url: address } = await call('CreateArtifact', { version: 4 });
  const ids = Array.from({ length: Math.ceil(size / block.length) }, (_, index) =>
    Buffer.from(String(index).padStart(8, '0')).toString('base64'));
  const began = Date.now(), left = ids.map((id, index) => [id, index]);
  const worker = async () => {
    for (let next; (next = left.shift()); ) {
      const length = Math.min(block.length, size - next[1] * block.length);
      await put(`${address}&comp=block&blockid=${encodeURIComponent(next[0])}`, block.subarray(0, length));
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  const list = ids.map(id => `<Latest>${id}</Latest>`).join('');
  await put(`${address}&comp=blocklist`, `<?xml version="1.0"?><BlockList>${list}</BlockList>`);
  await call('FinalizeArtifact', { size: String(size) });
  const up = Date.now();
  const { signed_url: got } = await call('GetSignedArtifactURL', {});
  let count = 0;
  for await (const part of (await fetch(got)).body) {
    for (let at = 0; at < part.length; ) {
      const from = (count + at) % block.length, some = Math.min(part.length - at, block.length - from);
      if (block.compare(part, at, at + some, from, from + some) !== 0) throw new Error(`differs near ${count}`);
      at += some;
    }
    count += part.length;
  }
  const speed = milliseconds => `${Math.round(size / 1000 / milliseconds)} MB/s`;
  console.log(`up ${speed(up - began)}, down ${speed(Date.now() - up)}, ${count} bytes`);
}
main().catch(error => { console.log(error.message); process.exitCode = 1; });
"#;

fn stage(sizes: &[(&str, u64)]) -> Stage {
    let mut workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n".to_owned();
    for (name, size) in sizes {
        workflow.push_str(&format!(
            "      - uses: ./upload\n        continue-on-error: true\n        with: {{name: {name}, size: {size}}}\n"
        ));
    }
    let stage = Stage::new(&workflow);
    stage.write("upload/action.yml", METADATA);
    stage.write("upload/main.js", MAIN);
    stage
}

fn has_node() -> bool {
    let has = Command::new("node").arg("--version").output().is_ok();
    if !has {
        println!("skipped: there is no node");
    }
    has
}

/// The most memory that a process ever had resident, in MiB.
fn peak(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1024)
}

#[test]
#[ignore = "writes 5 GB"]
fn five_gigabytes_go_up_and_down_in_constant_memory() {
    if !has_node() {
        return;
    }
    let peak_of = |size: u64| {
        let stage = stage(&[("large", size)]);
        let mut command = stage.command(&["run"]);
        command.stdout(fs::File::create(stage.beside("out")).unwrap());
        let mut child = command.spawn().unwrap();
        let mut highest = 0;
        while child.try_wait().unwrap().is_none() {
            highest = peak(child.id()).map_or(highest, |now| highest.max(now));
            thread::sleep(Duration::from_millis(20));
        }
        let out = fs::read_to_string(stage.beside("out")).unwrap();
        assert!(out.contains(&format!(", {size} bytes")), "{out}");
        let speeds = out.lines().find(|line| line.contains("MB/s")).unwrap_or_default();
        println!("{size} bytes: at most {highest} MiB, {speeds}");
        highest
    };
    let (small, large) = (peak_of(50_000_000), peak_of(5_000_000_000));
    assert!(large < small + 24 && large < 100, "{small} MiB, then {large} MiB");
}

#[test]
fn a_full_disk_refuses_an_artifact_and_takes_the_next_that_fits() {
    if !has_node() {
        return;
    }
    let stage = stage(&[("large", 90 << 20), ("small", 1 << 20)]);
    let Some(mounted) = Mounted::new(&stage, "size=60m") else {
        return println!("skipped: mounting is not allowed here");
    };
    let done = start(stage.command(&["run"])).finish().expect(0);
    done.tells(&["PUT: 5", "o space", "1048576 bytes", "Artifacts: small (1.0 MB)"]);
    stage.windlass(&["artifacts", "list"]).expect(0).tells(&["small"]).conceals(&["large"]);
    drop(mounted);
}
