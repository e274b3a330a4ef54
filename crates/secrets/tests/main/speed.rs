//! Masking must not be what limits a step that prints a lot.

use std::time::Instant;

use windlass_secrets::Masker;

/// Megabytes a second through one stream, in pieces of 64 KiB.
fn throughput(masker: &Masker, text: &[u8]) -> f64 {
    let mut stream = masker.stream();
    let mut out = Vec::with_capacity(2 * text.len());
    let started = Instant::now();
    for chunk in text.chunks(64 * 1024) {
        stream.push(chunk, &mut out);
    }
    stream.finish(&mut out);
    #[expect(clippy::cast_precision_loss, reason = "a rough figure")]
    let megabytes = text.len() as f64 / 1e6;
    megabytes / started.elapsed().as_secs_f64()
}

/// Run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn measure() {
    let line = b"2026-01-02T03:04:05Z INFO  compiling crate number 17 of 230 (target/debug/deps)\n";
    let text = line.repeat(2_000_000);
    let secrets = ["ghp_0123456789abcdefghij", "hunter2!", "p&ss \"word\"", "AKIAIOSFODNN7EXAMPLE"];
    println!("no secret: {:.0} MB/s", throughput(&Masker::new(), &text));
    println!("4 secrets: {:.0} MB/s", throughput(&Masker::with_secrets(secrets), &text));
    let many: Vec<String> =
        (0..100).map(|number| format!("token-{number:03}-{}", number * 7919)).collect();
    let many = Masker::with_secrets(many.iter().map(String::as_str));
    println!("100 secrets: {:.0} MB/s", throughput(&many, &text));
    let hits = Masker::with_secrets(["compiling"]);
    println!("a hit a line: {:.0} MB/s", throughput(&hits, &text));
}

/// Run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn measure_compiling() {
    let line = |number: usize| format!("line {number} of a key {}", number * 7919 % 1_000_003);
    let lines: Vec<String> = (0..1_500).map(line).collect();
    for (what, secrets) in [
        ("48 KB in 1,500 lines", vec![lines.join("\n")]),
        ("48 KB in one line", vec![lines.join(";")]),
        ("100 short ones", lines[..100].to_vec()),
    ] {
        let started = Instant::now();
        let masker = Masker::with_secrets(secrets.iter().map(String::as_str));
        let masked = masker.mask_bytes(secrets[0].as_bytes());
        println!("{what}: {:?}, {} bytes left", started.elapsed(), masked.len());
    }
    let started = Instant::now();
    let masker = Masker::new();
    let (mut stream, mut out) = (masker.stream(), Vec::new());
    for line in
        lines.iter().cycle().take(3_000).enumerate().map(|(number, line)| format!("{line}{number}"))
    {
        masker.add(&line);
        stream.push(line.as_bytes(), &mut out);
        stream.push(b"\n", &mut out);
    }
    println!("3,000 one after another: {:?}, {} bytes left", started.elapsed(), out.len());
}
