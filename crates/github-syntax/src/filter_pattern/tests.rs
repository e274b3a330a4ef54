//! The rows of the documentation's cheat sheet, and laws that hold for every pattern.

use std::hint::black_box;

use proptest::prelude::*;

use super::*;

fn list(patterns: &[&str]) -> PatternList {
    PatternList::parse(patterns.iter().copied()).unwrap()
}

#[track_caller]
fn check(patterns: &[&str], matching: &[&str], others: &[&str]) {
    let list = list(patterns);
    for text in matching {
        assert!(list.matches(text), "{patterns:?} should match {text}");
    }
    for text in others {
        assert!(!list.matches(text), "{patterns:?} should not match {text}");
    }
}

#[test]
fn cheat_sheet_of_branches_and_tags() {
    check(
        &["feature/*"],
        &["feature/my-branch", "feature/your-branch"],
        &["feature/a/b", "feature"],
    );
    check(&["feature/**"], &["feature/beta-a/my-branch", "feature/mona/the/octocat"], &["feature"]);
    check(&["main"], &["main"], &["main2", "mai", "x/main", "Main"]);
    check(&["*"], &["main", "releases"], &["all/the/branches"]);
    check(&["**"], &["all/the/branches", "every/tag", "main"], &[]);
    check(&["*feature"], &["mona-feature", "feature", "ver-10-feature"], &["a/feature"]);
    check(&["v2*"], &["v2", "v2.0", "v2.9"], &["v1", "v2/x"]);
    check(&["v[12].[0-9]+.[0-9]+"], &["v1.10.1", "v2.0.0"], &["v3.0.0", "v1..0", "v1.0"]);
}

#[test]
fn cheat_sheet_of_paths() {
    check(&["*"], &["README.md", "server.rb"], &["docs/a"]);
    check(&["*.jsx?"], &["page.js", "page.jsx"], &["page.jsxx", "a/page.js"]);
    check(&["**"], &["all/the/files.md"], &[]);
    check(&["*.js"], &["app.js", "index.js"], &["js/index.js"]);
    check(&["**.js"], &["index.js", "js/index.js", "src/js/app.js"], &["index.jsx"]);
    check(&["docs/*"], &["docs/README.md", "docs/file.txt"], &["docs/a/b"]);
    check(&["docs/**"], &["docs/README.md", "docs/mona/octocat.txt"], &["doc/x", "docs"]);
    check(
        &["docs/**/*.md"],
        &["docs/README.md", "docs/mona/hello-world.md", "docs/a/markdown/file.md"],
        &["docs/a.txt", "xdocs/a.md"],
    );
    check(
        &["**/docs/**"],
        &["docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"],
        &["mydocs/hello.md"],
    );
    check(&["**/README.md"], &["README.md", "js/README.md"], &["xREADME.md"]);
    check(&["**/*src/**"], &["a/src/app.js", "my-src/code/js/app.js"], &["src.js"]);
    check(&["**/*-post.md"], &["my-post.md", "path/their-post.md"], &["post.md"]);
    check(
        &["**/migrate-*.sql"],
        &["migrate-10909.sql", "db/migrate-v1.0.sql", "db/sept/migrate-v1.sql"],
        &["migrate-a/b.sql"],
    );
    check(&["*.md", "!README.md"], &["hello.md"], &["README.md", "docs/hello.md"]);
    check(&["*.md", "!README.md", "README*"], &["hello.md", "README.md", "README.doc"], &[]);
}

#[test]
fn says_which_pattern_decided() {
    let list = list(&["releases/**", "!releases/**-alpha", "releases/1-alpha"]);
    let decided = |text| {
        let decision = list.explain(text);
        (decision.matched, decision.pattern.map(FilterPattern::source))
    };
    assert_eq!(decided("releases/10"), (true, Some("releases/**")));
    assert_eq!(decided("releases/beta/3-alpha"), (false, Some("!releases/**-alpha")));
    assert_eq!(decided("releases/1-alpha"), (true, Some("releases/1-alpha")));
    assert_eq!(decided("main"), (false, None));
    let (path, pattern) = list.first_match(["main", "releases/2"]).unwrap();
    assert_eq!((path, pattern.source()), ("releases/2", "releases/**"));
    assert_eq!(list.first_other(["releases/2", "main"]), Some("main"));
    assert!(super::PatternList::parse(["!a", "!b"]).unwrap().only_negates());
}

#[test]
fn refuses_what_is_no_pattern() {
    let error = |source: &str| {
        let error = FilterPattern::parse(source).unwrap_err();
        format!("{source:9} {}: {error}", error.offset)
    };
    let shown: Vec<String> =
        ["", "!", "+a", "a/*?", "v[1", "v[]", "!v[9-0]", "a\\"].map(error).into();
    insta::assert_snapshot!(shown.join("\n"), @r"
              0: the pattern is empty
    !         0: nothing follows `!`
    +a        0: `+` repeats the character before it, but there is none
    a/*?      3: `?` repeats the character before it, but there is none
    v[1       1: the closing `]` is missing
    v[]       1: nothing stands between `[` and `]`
    !v[9-0]   3: the range `9-0` runs backwards
    a\        1: nothing follows `\`
    ");
    assert_eq!(PatternList::parse(["a", ""]).unwrap_err().0, 1);
}

#[test]
fn takes_special_characters_literally_behind_a_backslash() {
    check(&["\\!a\\*\\[x\\]"], &["!a*[x]"], &["!aX[x]"]);
    check(&["a\\++"], &["a+", "a+++"], &["a"]);
    check(&["[a-]"], &["a", "-"], &["b"]);
}

#[test]
fn doubts_patterns_that_match_nothing() {
    let doubts = |source: &str, subject| {
        let pattern = FilterPattern::parse(source).unwrap();
        let concerns = pattern.concerns(subject);
        concerns.into_iter().map(|concern| (concern.kind, concern.offset)).collect::<Vec<_>>()
    };
    use ConcernKind::*;
    assert_eq!(doubts("^foo-", Subject::Reference), [(NotInReference('^'), 0)]);
    assert_eq!(
        doubts("!/a/", Subject::Reference),
        [(ReferenceBeginsWithSlash, 1), (ReferenceEndsWith('/'), 3)]
    );
    assert_eq!(
        doubts("\\d[x]", Subject::Reference),
        [(NeedlessEscape('d'), 0), (SingleCharacterClass('x'), 2)]
    );
    assert_eq!(doubts("./a", Subject::Path), [(DotSegment, 0)]);
    assert_eq!(doubts("a/../b ", Subject::Path), [(SpaceAroundPath, 0), (DotSegment, 2)]);
    assert_eq!(doubts("releases/v[0-9]+.*", Subject::Reference), []);
}

#[test]
fn does_not_blow_up() {
    let pattern = FilterPattern::parse(&"**a*".repeat(50)).unwrap();
    assert!(!pattern.matches(&format!("{}b/", "a".repeat(5_000))));
    assert!(pattern.matches(&"a".repeat(5_000)));
}

/// A slow matcher written down from the cheat sheet, to compare with; for patterns that have `**/`
/// only where it begins a segment.
fn reference(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', '*', '/', rest @ ..] => {
            reference(rest, text)
                || (0..text.len())
                    .any(|place| text[place] == '/' && reference(rest, &text[place + 1..]))
        }
        ['*', '*', rest @ ..] => (0..=text.len()).any(|place| reference(rest, &text[place..])),
        ['*', rest @ ..] => (0..=text.len())
            .take_while(|place| *place == 0 || text[place - 1] != '/')
            .any(|place| reference(rest, &text[place..])),
        [character, '?', rest @ ..] => {
            reference(rest, text)
                || (text.first() == Some(character) && reference(rest, &text[1..]))
        }
        [character, '+', rest @ ..] => {
            let run = text.iter().take_while(|each| *each == character).count();
            (1..=run).any(|place| reference(rest, &text[place..]))
        }
        [character, rest @ ..] => text.first() == Some(character) && reference(rest, &text[1..]),
    }
}

proptest! {
    #[test]
    fn never_panics(pattern in ".*", text in ".*") {
        if let Ok(pattern) = FilterPattern::parse(&pattern) {
            black_box(pattern.matches(&text));
            black_box(pattern.concerns(Subject::Path));
            black_box(pattern.concerns(Subject::Reference));
        }
    }

    #[test]
    fn agrees_with_the_reference(
        start in "(\\*\\*/)?",
        parts in prop::collection::vec("a|b|/|a\\+|b\\?|/\\*\\*/b|\\*a|\\*\\*b", 1..6),
        text in "[ab/]{0,8}",
    ) {
        let source = format!("{start}{}", parts.concat());
        let characters: Vec<char> = source.chars().collect();
        let text_characters: Vec<char> = text.chars().collect();
        let pattern = FilterPattern::parse(&source).unwrap();
        prop_assert_eq!(pattern.matches(&text), reference(&characters, &text_characters), "{}", source);
    }

    #[test]
    fn a_pattern_then_its_negation_takes_nothing_in(source in "[ab/*]{1,6}", text in "[ab/]{0,6}") {
        let negation = format!("!{source}");
        prop_assert!(!list(&[&source, &negation]).matches(&text));
        prop_assert_eq!(
            list(&[&negation, &source]).matches(&text),
            FilterPattern::parse(&source).unwrap().matches(&text)
        );
    }

    #[test]
    fn an_escaped_text_matches_itself_only(text in "[a*+?!\\[\\]\\\\/]{1,8}", other in "[a*/]{0,8}") {
        let escaped: String = text.chars().flat_map(|character| ['\\', character]).collect();
        let pattern = FilterPattern::parse(&escaped).unwrap();
        prop_assert!(pattern.matches(&text));
        prop_assert_eq!(pattern.matches(&other), text == other);
    }
}
