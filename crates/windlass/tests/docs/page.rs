//! What a page shows: files to write, commands with what they print.

/// A part of a page that is tried.
#[derive(Debug, PartialEq)]
pub enum Part {
    /// A file to be written.
    File { path: String, content: String },
    /// A command of a `console` block.
    Command { line: usize, command: String, expected: Vec<String> },
    /// A command of an `sh` block, which is only shown.
    Unrun { line: usize, command: String },
}

/// The parts of a page in its order.
pub fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(language) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        match language {
            "console" => commands(&block, number + 2, &mut parts),
            _ => match file_path(&block) {
                Some(path) => {
                    let content = block.join("\n") + "\n";
                    parts.push(Part::File { path: path.to_owned(), content });
                }
                None if language == "sh" => {
                    let shown = block.iter().enumerate().map(|(index, command)| Part::Unrun {
                        line: number + 2 + index,
                        command: (*command).to_owned(),
                    });
                    parts.extend(shown);
                }
                None => {}
            },
        }
    }
    parts
}

/// `# path` or `// path` as the first line.
fn file_path<'a>(block: &[&'a str]) -> Option<&'a str> {
    let first = block.first()?;
    let path = first.strip_prefix("# ").or_else(|| first.strip_prefix("// "))?;
    (path.contains(['/', '.']) && !path.contains(' ')).then_some(path)
}

fn commands(block: &[&str], first_line: usize, parts: &mut Vec<Part>) {
    for (index, line) in block.iter().enumerate() {
        if let Some(command) = line.strip_prefix("$ ") {
            parts.push(Part::Command {
                line: first_line + index,
                command: command.to_owned(),
                expected: Vec::new(),
            });
        } else if let Some(Part::Command { command, expected, .. }) = parts.last_mut() {
            match line.strip_prefix("> ") {
                Some(more) if expected.is_empty() => {
                    command.push('\n');
                    command.push_str(more);
                }
                _ => expected.push((*line).to_owned()),
            }
        }
    }
}

#[test]
fn reads_commands_and_files() {
    let text = "Words\n```yaml\n# a/b.yml\non: push\n```\n```console\n$ one \\\n> two\nout\n```\n";
    let file = Part::File { path: "a/b.yml".into(), content: "# a/b.yml\non: push\n".into() };
    let command =
        Part::Command { line: 7, command: "one \\\ntwo".into(), expected: vec!["out".into()] };
    assert_eq!(parts(text), [file, command]);
}
