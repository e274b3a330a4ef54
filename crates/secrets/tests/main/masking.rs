//! What goes in and what comes out.

use proptest::prelude::*;
use windlass_secrets::{MASK, Masker};

fn mask(secrets: &[&str], text: &str) -> String {
    Masker::with_secrets(secrets.iter().copied()).mask(text).into_owned()
}

/// The text pushed in pieces cut at these places.
fn in_pieces(masker: &Masker, text: &[u8], cuts: &[usize]) -> Vec<u8> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
    cuts.push(text.len());
    cuts.sort_unstable();
    let (mut stream, mut out, mut start) = (masker.stream(), Vec::new(), 0);
    for end in cuts {
        stream.push(&text[start..end], &mut out);
        start = end;
    }
    stream.finish(&mut out);
    out
}

#[test]
fn replaces_secrets() {
    assert_eq!(mask(&["hunter2"], "login hunter2."), "login ***.");
    assert_eq!(mask(&["ab", "abcd"], "abcd abx"), "*** ***x", "the longer first");
    assert_eq!(mask(&["password", "word123"], "password123!"), "***!", "overlapping ones are one");
    assert_eq!(mask(&["key"], "keykey key"), "*** ***", "touching ones are one");
    assert_eq!(mask(&["1"], "a1b11"), "a***b***");
    assert_eq!(mask(&["äöü"], "xäöü→"), "x***→");
    assert_eq!(mask(&["", "  ", "\n"], "  \n"), "  \n");
}

#[test]
fn masks_lines_one_by_one() {
    let key = "-----BEGIN KEY-----\nMIIE\nxyz==\n-----END KEY-----\n";
    assert_eq!(mask(&[key], "MIIE: xyz==\n"), "***: ***\n");
    assert_eq!(mask(&[key], key), "***\n***\n***\n***\n");
}

#[test]
fn masks_what_the_usual_tools_print() {
    let secret = "s3cret/with \"quotes\" & ümlauts";
    for (program, arguments) in [
        ("printf", vec!["%s", secret]),
        ("bash", vec!["-c", "printf %q \"$0\"", "s3cret/with \"quotes\" & more"]),
        ("bash", vec!["-c", "printf 'user:%s' \"$0\" | base64 -w0", secret]),
        ("bash", vec!["-c", "printf '%s' \"$0\" | base64", secret]),
    ] {
        let output = std::process::Command::new(program).args(&arguments).output().unwrap();
        let plain = String::from_utf8(output.stdout).unwrap();
        let masked = mask(&[arguments.last().unwrap()], &plain);
        assert!(masked.contains(MASK), "{plain} became {masked}");
        let left = masked.replace(MASK, "");
        assert!(left.len() <= "user:".len() * 2, "{plain} became {masked}");
    }
}

#[test]
fn holds_back_only_what_may_become_a_secret() {
    let masker = Masker::with_secrets(["secret"]);
    let (mut stream, mut out) = (masker.stream(), Vec::new());
    stream.push(b"no se", &mut out);
    assert_eq!((out.as_slice(), stream.held_back()), (&b"no "[..], 2));
    stream.push(b"cre", &mut out);
    assert_eq!((out.as_slice(), stream.held_back()), (&b"no "[..], 5));
    stream.push(b"\n", &mut out);
    assert_eq!((out.as_slice(), stream.held_back()), (&b"no secre\n"[..], 0));
    stream.push(b"secret", &mut out);
    assert_eq!(out.as_slice(), b"no secre\n***");
    stream.push(b"secret", &mut out);
    stream.finish(&mut out);
    assert_eq!(out.as_slice(), b"no secre\n***", "one that touches joins the mask before it");
}

#[test]
fn streams_see_what_is_added() {
    let masker = Masker::new();
    let (mut first, mut second) = (masker.stream(), masker.stream());
    let mut out = Vec::new();
    first.push(b"token ", &mut out);
    assert!(masker.add("token"));
    first.push(b"token at tok", &mut out);
    masker.clone().add("kilo");
    first.push(b"ilo\n", &mut out);
    second.push(b"token", &mut out);
    first.finish(&mut out);
    second.finish(&mut out);
    assert_eq!(String::from_utf8(out).unwrap(), "token *** at to***\n***");
}

proptest! {
    #[test]
    fn output_does_not_depend_on_the_cuts(
        secrets in prop::collection::vec("[ab]{1,4}|a\\nb", 0..4),
        text in "[abc\n]{0,40}",
        cuts in prop::collection::vec(0..50_usize, 0..12),
    ) {
        let masker = Masker::with_secrets(secrets.iter().map(String::as_str));
        let whole = masker.mask_bytes(text.as_bytes());
        prop_assert_eq!(in_pieces(&masker, text.as_bytes(), &cuts), whole);
    }

    #[test]
    fn bytes_of_any_kind_pass(
        secret in prop::collection::vec(any::<char>(), 1..6),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        cuts in prop::collection::vec(0..200_usize, 0..6),
    ) {
        let secret: String = secret.into_iter().collect();
        let masker = Masker::with_secrets([secret.as_str()]);
        let whole = masker.mask_bytes(&bytes);
        prop_assert_eq!(in_pieces(&masker, &bytes, &cuts), whole);
        let none = Masker::new();
        prop_assert_eq!(in_pieces(&none, &bytes, &cuts), bytes);
    }

    #[test]
    fn no_secret_is_left(
        secrets in prop::collection::vec("[abx]{1,5}", 1..4),
        text in "[abxy]{0,60}",
    ) {
        let masked = mask(&secrets.iter().map(String::as_str).collect::<Vec<_>>(), &text);
        for rest in masked.split(MASK) {
            prop_assert!(secrets.iter().all(|secret| !rest.contains(secret.as_str())), "{}", masked);
        }
        let kept: String = masked.replace(MASK, "");
        prop_assert!(is_subsequence(&kept, &text));
    }

    #[test]
    fn json_and_urls_hide_it(secret in "[a-z][a-z\"\\\\/& ]{4,12}", before in "[A-Z]{0,5}") {
        let document = serde_json::json!({ "key": format!("{before}{secret}") }).to_string();
        let expected = format!("{{\"key\":\"{before}***\"}}");
        prop_assert_eq!(mask(&[&secret], &document), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn adding_one_by_one_masks_the_same(
        secrets in prop::collection::vec("[abcd]{2,6}", 20..60),
        text in "[abcd]{0,60}",
        cuts in prop::collection::vec(0..60_usize, 0..6),
    ) {
        let at_once = Masker::with_secrets(secrets.iter().map(String::as_str));
        let one_by_one = Masker::new();
        for secret in &secrets {
            one_by_one.add(secret);
            prop_assert_eq!(one_by_one.mask("now"), "now");
        }
        let expected = at_once.mask_bytes(text.as_bytes());
        prop_assert_eq!(in_pieces(&one_by_one, text.as_bytes(), &cuts), expected);
    }
}

fn is_subsequence(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    part.chars().all(|sought| rest.any(|each| each == sought))
}
