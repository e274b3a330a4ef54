//! `windlass check --explain CODE`: the page of a code, as plain text.
//!
//! The pages are those of docs/rules, part of the program.

use anstyle::Style;
use rust_embed::RustEmbed;
use windlass_diagnostics::Rule;
use windlass_github_syntax::reader::suggestion::nearest;

use super::rules::every_rule;
use crate::{
    arguments::ColorChoice,
    commands::completions::print,
    exit::{Failure, Outcome},
    run::surface,
};

/// The pages by path, e.g. `gh/cron.md`.
#[derive(RustEmbed)]
#[folder = "../../docs/rules"]
struct Pages;

/// Prints the page of a code, which may be given without the dialect in front.
pub fn explain(code: &str, color: ColorChoice) -> Outcome {
    let page = page(code)?;
    print(rendered(&page, surface::appearance(color).colours).as_bytes())
}

fn page(code: &str) -> Result<String, Failure> {
    if code.is_empty() {
        return Err(Failure::refused_because(
            "behind --explain comes the code of a finding, for example `windlass check --explain \
             gh/cron`",
        ));
    }
    let rules = every_rule();
    let name = |rule_code: &'static str| rule_code.rsplit('/').next().unwrap_or(rule_code);
    let rule = rules.iter().find(|rule| rule.code == code || name(rule.code) == code);
    if let Some(page) = rule.and_then(page_of) {
        return Ok(page);
    }
    let is_whole = code.contains('/');
    let known = rules.iter().map(|rule| if is_whole { rule.code } else { name(rule.code) });
    let hint = nearest(code, known).map_or_else(String::new, |it| format!("; did you mean {it}?"));
    Err(Failure::refused_because(format!("there is no code {code}{hint}")))
}

/// The page of a rule in Markdown.
pub fn page_of(rule: &Rule) -> Option<String> {
    let file = Pages::get(&format!("{}.md", rule.code))?;
    Some(String::from_utf8_lossy(&file.data).into_owned())
}

/// A page for a terminal: the heading in bold, examples indented in place of their fences.
fn rendered(page: &str, colours: bool) -> String {
    let bold = if colours { Style::new().bold() } else { Style::new() };
    let mut text = String::with_capacity(page.len());
    let mut is_example = false;
    for line in page.lines() {
        if let Some(information) = line.strip_prefix("```") {
            is_example = !is_example;
            if let Some((_, file)) = information.split_once(' ') {
                text.push_str(&format!("    # {file}\n"));
            }
        } else if is_example && !line.is_empty() {
            text.push_str(&format!("    {line}\n"));
        } else if let Some(heading) = line.strip_prefix("# ").filter(|_| !is_example) {
            text.push_str(&format!("{bold}{heading}{bold:#}\n"));
        } else {
            text.push_str(&format!("{line}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_page_in_the_program() {
        for rule in every_rule() {
            assert!(page_of(&rule).is_some(), "{}", rule.code);
        }
    }

    #[test]
    fn examples_are_indented() {
        let page = "# gh/x\n\nWhy.\n\n```yaml action.yml\n# a\n\nb: c\n```\n";
        assert_eq!(
            rendered(page, false),
            "gh/x\n\nWhy.\n\n    # action.yml\n    # a\n\n    b: c\n"
        );
        assert!(rendered(page, true).starts_with("\u{1b}[1mgh/x\u{1b}[0m\n"));
    }
}
