//! Any bytes at all as a workflow and as an action: checked, judged, rendered in every form, and
//! mended by every edit that is offered. Nothing may panic, and a mended text is still a text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass_diagnostics::{
    Policy, SourceMap, fix, render_github, render_json, render_sarif, render_text,
};
use windlass_github_rules::{FileKind, Neighbours, check_file};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for (kind, name) in
        [(FileKind::Workflow, ".github/workflows/ci.yml"), (FileKind::Action, "action.yml")]
    {
        let mut map = SourceMap::new();
        let source = map.add(name, text.as_ref());
        // The file calls itself, whatever it calls.
        let neighbours = Neighbours::new(|_: &str| Some(text.clone().into_owned()));
        let found = check_file(kind, source, name, &text, &neighbours);
        let judged = Policy::default().judge(found, source, name, &text);
        for finding in judged.reported.iter().take(20) {
            render_text(finding, &map, true);
            render_github(finding, &map);
            render_sarif(finding, &map);
            render_json(finding, &map).expect("findings can be JSON");
        }
        let edits = judged.reported.iter().filter_map(|finding| finding.fix.as_ref());
        fix::apply(&text, edits);
    }
});
