//! Drawings of graphs.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use windlass_reporting::outline::{Graph, GraphNode, mermaid, svg, text};

fn graph(nodes: &[(&str, &[&str], Option<&str>)]) -> Graph {
    let node = |(id, after, group): &(&str, &[&str], Option<&str>)| GraphNode {
        id: (*id).into(),
        label: (*id).into(),
        after: after.iter().map(|id| (*id).into()).collect(),
        group: group.map(str::to_owned),
    };
    Graph { title: "CI".into(), nodes: nodes.iter().map(node).collect() }
}

fn shop() -> Graph {
    graph(&[
        ("lint", &[], None),
        ("build", &[], None),
        ("test (1)", &["build"], Some("test")),
        ("test (2)", &["build"], Some("test")),
        ("package", &["test (1)", "test (2)"], None),
        ("deploy", &["package", "lint"], None),
    ])
}

#[test]
fn as_text() {
    insta::assert_snapshot!(text(&shop(), true), @r"
        CI
        ├─ lint
        └─ build
           ├─ test (1)
           │  └─ package  (also needs test (2))
           │     └─ deploy  (also needs lint)
           └─ test (2)
        ");
    assert!(text(&shop(), false).is_ascii());
}

#[test]
fn as_mermaid() {
    insta::assert_snapshot!(mermaid(&shop()), @r#"
        flowchart LR
          n0["lint"]
          n1["build"]
          subgraph g0["test"]
            n2["test (1)"]
            n3["test (2)"]
          end
          n4["package"]
          n5["deploy"]
          n1 --> n2
          n1 --> n3
          n2 --> n4
          n3 --> n4
          n4 --> n5
          n0 --> n5
        "#);
}

#[test]
fn as_svg() {
    insta::assert_snapshot!(svg(&shop()), @r#"
        <svg xmlns="http://www.w3.org/2000/svg" role="img" width="478" height="148" viewBox="0 0 478 148">
        <title>CI</title>
        <style>svg{--line:#8c959f;--node:#f6f8fa;--text:#1f2328}@media(prefers-color-scheme:dark){svg{--line:#6e7681;--node:#161b22;--text:#e6edf3}}text{font:12px ui-monospace,monospace;fill:var(--text)}.node rect{fill:var(--node);stroke:var(--line)}.group{fill:none;stroke:var(--line);stroke-dasharray:4 3}.edge{fill:none;stroke:var(--line)}</style>
        <rect class="group" x="123.5" y="53.0" width="92.4" height="88.0" rx="8"><title>test</title></rect>
        <path class="edge" d="M72.5 97.0C100.5 97.0 100.5 74.0 128.5 74.0"/>
        <path class="edge" d="M72.5 97.0C100.5 97.0 100.5 120.0 128.5 120.0"/>
        <path class="edge" d="M210.9 74.0C238.9 74.0 238.9 89.3 266.9 89.3"/>
        <path class="edge" d="M210.9 120.0C238.9 120.0 238.9 89.3 266.9 89.3"/>
        <path class="edge" d="M342.0 89.3C370.0 89.3 370.0 66.3 398.0 66.3"/>
        <path class="edge" d="M65.2 28.0C96.8 28.0 96.8 28.0 128.5 28.0H210.9C238.9 28.0 238.9 43.3 266.9 43.3H342.0C370.0 43.3 370.0 66.3 398.0 66.3"/>
        <g class="node" id="node-0"><title>lint</title><rect x="12.0" y="12.0" width="53.2" height="32" rx="6"/><text x="24.0" y="32.0">lint</text></g>
        <g class="node" id="node-1"><title>build</title><rect x="12.0" y="81.0" width="60.5" height="32" rx="6"/><text x="24.0" y="101.0">build</text></g>
        <g class="node" id="node-2"><title>test (1)</title><rect x="128.5" y="58.0" width="82.4" height="32" rx="6"/><text x="140.5" y="78.0">test (1)</text></g>
        <g class="node" id="node-3"><title>test (2)</title><rect x="128.5" y="104.0" width="82.4" height="32" rx="6"/><text x="140.5" y="124.0">test (2)</text></g>
        <g class="node" id="node-4"><title>package</title><rect x="266.9" y="73.3" width="75.1" height="32" rx="6"/><text x="278.9" y="93.3">package</text></g>
        <g class="node" id="node-5"><title>deploy</title><rect x="398.0" y="50.3" width="67.8" height="32" rx="6"/><text x="410.0" y="70.3">deploy</text></g>
        </svg>
        "#);
}

#[test]
fn nothing_in_a_label_gets_out_of_its_place() {
    let hostile = "\"]; click n0 <script>alert('&')</script>\u{1b}[2J\nx`#";
    let mut graph = graph(&[("a", &[], Some("\"]\nend"))]);
    graph.nodes[0].label = hostile.into();
    graph.title = hostile.into();
    insta::assert_snapshot!(mermaid(&graph), @r##"
        flowchart LR
          subgraph g0["#34;] end"]
            n0["#34;]#59; click n0 #60;script#62;alert('#38;')#60;/script#62; x#96;#35;"]
          end
        "##);
    let svg = svg(&graph);
    assert!(!svg.contains("<script") && !svg.contains('\u{1b}'), "{svg}");
    assert_eq!(text(&graph, true).lines().count(), 2);
}

#[test]
fn a_large_matrix_is_drawn_as_one() {
    let mut large = shop();
    for number in 3..=40 {
        large.nodes.push(GraphNode {
            id: format!("test ({number})"),
            label: format!("test ({number})"),
            after: vec!["build".into()],
            group: Some("test".into()),
        });
    }
    insta::assert_snapshot!(text(&large, true), @r"
        CI
        ├─ lint
        └─ build
           └─ test (40 jobs)
              └─ package
                 └─ deploy  (also needs lint)
        ");
    assert!(svg(&large).contains("test (40 jobs)"));
}

#[test]
fn circles_and_unknown_needs_are_drawn_all_the_same() {
    let odd = graph(&[
        ("a", &["c", "nobody"], None),
        ("b", &["a"], None),
        ("c", &["b"], None),
        ("self", &["self"], None),
        ("a", &[], None),
    ]);
    insta::assert_snapshot!(text(&odd, true), @r"
        CI
        ├─ a  (also needs c)
        │  └─ b
        │     └─ c
        ├─ self
        └─ a
        ");
    svg(&odd);
    svg(&Graph::default());
    mermaid(&odd);
}

#[test]
fn long_chains_and_wide_graphs_are_drawn_in_a_moment() {
    let mut chain = Graph { title: "chain".into(), nodes: Vec::new() };
    let mut wide = Graph { title: "wide".into(), nodes: Vec::new() };
    for number in 0..3_000 {
        let node = |after: Vec<String>| GraphNode {
            id: number.to_string(),
            label: format!("job {number}"),
            after,
            group: None,
        };
        let previous = (number > 0).then(|| (number - 1).to_string());
        // Each job of the chain also waits for the first one.
        chain.nodes.push(node(previous.into_iter().chain(["0".to_owned()]).collect()));
        wide.nodes.push(node((number > 0).then(|| "0".to_owned()).into_iter().collect()));
    }
    let start = Instant::now();
    for graph in [chain, wide] {
        assert_eq!(text(&graph, true).lines().count(), 3_001);
        assert_eq!(svg(&graph).matches("class=\"node\"").count(), 3_000);
        mermaid(&graph);
    }
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn every_node_is_drawn_once(edges in prop::collection::vec((0_usize..12, 0_usize..12), 0..40)) {
        let mut any = Graph::default();
        for number in 0..12 {
            let after = edges.iter().filter(|edge| edge.0 == number).map(|edge| edge.1.to_string());
            let (id, label) = (number.to_string(), format!("job {number}"));
            any.nodes.push(GraphNode { id, label, after: after.collect(), group: None });
        }
        prop_assert_eq!(text(&any, true).lines().count(), 13);
        prop_assert_eq!(svg(&any).matches("class=\"node\"").count(), 12);
        prop_assert!(!svg(&any).contains("NaN"));
    }
}
