//! Scripts of `run`, read as far as rules need it: commands, words, assignments, redirections.
//!
//! Not a parser of a shell: functions, loops and conditions are only seen as the commands in them.
//! What is read lies in the file, so every word has its place there. `${{ }}` is part of a word,
//! whatever is in it. Words follow the page "Shell Command Language" of POSIX.

use std::ops::Range;

use windlass_diagnostics::{Position, Span};
use windlass_github_syntax::template::Template;

use crate::layout::part;
use crate::outline::source;

mod reader;

/// One simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// `NAME=value` before the command, alone, or behind `export` and its like.
    pub(crate) assignments: Vec<Assignment>,
    /// The command's name and its arguments.
    pub(crate) words: Vec<Word>,
    /// The lines of its here-documents.
    pub(crate) documents: Vec<Word>,
    /// Files that output goes to, that of a group around it included.
    pub(crate) outputs: Vec<Word>,
    /// How it is tied to the command behind it.
    pub(crate) end: End,
}

/// `NAME=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: String,
    /// What stands behind `=`, in quotes or not.
    pub(crate) value: Word,
}

/// How a command is tied to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// A new line, `;`, `&`, a bracket, or the end.
    Sequence,
    /// `|`.
    Pipe,
    /// `&&`.
    And,
    /// `||`.
    Or,
}

/// A word as it is written, quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) raw: String,
    /// Bytes of the script's scalar.
    pub(crate) range: Range<usize>,
}

/// A script and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    scalar: Span,
    /// Where the lines of the scalar begin, in bytes from its start.
    lines: Vec<usize>,
    /// The commands in the order in which they are run; those of `$( )` before the one around it.
    pub(crate) commands: Vec<Command>,
}

impl Script {
    /// Reads the scalar of a script. `None` when quotes of YAML hide what the script says.
    pub(crate) fn read(template: &Template, text: &str) -> Option<Self> {
        let scalar = template.span;
        let raw = source(text, scalar);
        let (content, start) = content(raw)?;
        let lines = raw.match_indices('\n').map(|(at, _)| at + 1).collect();
        Some(Self { scalar, lines, commands: reader::commands(&content, start) })
    }

    /// The place of a word, counted from the start of its line: scripts may be long.
    pub(crate) fn span(&self, text: &str, word: &Word) -> Span {
        let line = self.lines.partition_point(|start| *start <= word.range.start);
        let Some(start) = line.checked_sub(1).map(|before| self.lines[before]) else {
            return part(text, self.scalar, word.range.clone());
        };
        let lines = u32::try_from(line).unwrap_or(u32::MAX);
        let base = self.scalar.start;
        let at_line = Position {
            offset: base.offset.saturating_add(u32::try_from(start).unwrap_or(u32::MAX)),
            line: base.line.saturating_add(lines),
            column: 1,
        };
        let rest = Span { start: at_line, ..self.scalar };
        part(text, rest, word.range.start - start..word.range.end - start)
    }
}

/// What a scalar holds, byte for byte as in the file, and where that begins. Lines that YAML folds
/// into one are tied by blanks.
fn content(raw: &str) -> Option<(String, usize)> {
    let fold = |text: &str| text.replace('\n', " ");
    match raw.as_bytes().first()? {
        b'|' => raw.find('\n').map(|at| (raw[at..].to_owned(), at)),
        b'>' => raw.find('\n').map(|at| (fold(&raw[at..]), at)),
        quote @ (b'"' | b'\'') => {
            let escape = if *quote == b'"' { "\\" } else { "''" };
            let inner = raw.get(1..raw.len().saturating_sub(1))?;
            (!inner.contains(escape)).then(|| (fold(inner), 1))
        }
        _ => Some((fold(raw), 0)),
    }
}

impl Command {
    /// The name of the program, without its folder.
    pub(crate) fn name(&self) -> &str {
        let first = self.words.first().map_or("", |word| word.raw.as_str());
        first.rsplit_once('/').map_or(first, |(_, name)| name)
    }

    /// Whether it begins with these words, options between them left out.
    pub(crate) fn is(&self, words: &[&str]) -> bool {
        let mut given = self.words.iter().skip(1).map(|word| word.raw.as_str());
        words.first() == Some(&self.name())
            && words[1..].iter().all(|wanted| {
                given.find(|word| !word.starts_with('-')).is_some_and(|word| word == *wanted)
            })
    }

    /// Whether one of its arguments is this word.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.words.iter().skip(1).any(|given| given.raw == word)
    }

    /// Whether its output goes to the file that this variable names, such as `GITHUB_ENV`.
    pub(crate) fn writes_to(&self, variable: &str) -> bool {
        self.outputs.iter().any(|word| word.variables().iter().any(|name| name == variable))
    }
}

impl Word {
    /// Without quotes and escapes.
    pub(crate) fn unquoted(&self) -> String {
        let mut escaped = false;
        let mut quote = None;
        let mut plain = String::with_capacity(self.raw.len());
        let mut characters = self.raw.chars().peekable();
        while let Some(character) = characters.next() {
            match (character, quote) {
                _ if escaped => {
                    plain.push(character);
                    escaped = false;
                }
                ('\\', None) => escaped = true,
                // Between double quotes it stays before anything else.
                ('\\', Some('"'))
                    if characters.peek().is_some_and(|it| "$`\"\\\n".contains(*it)) =>
                {
                    escaped = true;
                }
                ('"' | '\'', None) => quote = Some(character),
                (character, Some(open)) if character == open => quote = None,
                (character, _) => plain.push(character),
            }
        }
        plain
    }

    /// The variables that it reads, `$( )` and `${{ }}` left out.
    pub(crate) fn variables(&self) -> Vec<String> {
        reader::variables(&self.raw)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each command on a line: assignments, words, outputs, end.
    fn shown(script: &str) -> String {
        let word = |word: &Word| word.raw.clone();
        let line = |command: Command| {
            let assigned =
                command.assignments.iter().map(|one| format!("{}:={}", one.name, one.value.raw));
            let parts = assigned.chain(command.words.iter().map(word));
            let outputs = command.outputs.iter().map(|output| format!(">{}", output.raw));
            format!("{} {:?}", parts.chain(outputs).collect::<Vec<_>>().join(" "), command.end)
        };
        reader::commands(script, 0).into_iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn commands_end_where_a_shell_ends_them() {
        insta::assert_snapshot!(
            shown("if a 'b; c' && ! d | e; then f || true; fi # g\nh \\\n  i & j"),
            @r"
    a 'b; c' And
    d Pipe
    e Sequence
    f Or
    true Sequence
    h i Sequence
    j Sequence
    "
        );
    }

    #[test]
    fn what_is_substituted_comes_first() {
        insta::assert_snapshot!(
            shown("X=$(a \"$(b)\" | c) Y=`d` e \"${{ f == ' ) ' }}\" >> \"$OUT\" 2>&1"),
            @r#"
        b Sequence
        a "$(b)" Pipe
        c Sequence
        d Sequence
        X:=$(a "$(b)" | c) Y:=`d` e "${{ f == ' ) ' }}" >"$OUT" Sequence
        "#
        );
        assert_eq!(shown("export A=1 B"), "A:=1 export A=1 B Sequence");
    }

    #[test]
    fn here_documents_are_no_commands() {
        assert_eq!(shown("cat <<'END' > f\n  rm $x\n  END\na"), "cat >f Sequence\na Sequence");
        assert_eq!(shown("a <<< b\nc"), "a Sequence\nc Sequence");
    }

    #[test]
    fn lines_of_here_documents_are_words_as_the_shell_fills_them_in() {
        let script = "cat <<END >f\nit's=$a\nEND\ncat <<'END'\n$b ${{ c }}\nEND\n";
        let commands = reader::commands(script, 0);
        let read = |at: usize| -> Vec<(&str, Vec<String>)> {
            let lines = commands[at].documents.iter();
            lines.map(|line| (&script[line.range.clone()], line.variables())).collect()
        };
        assert_eq!(read(0), [("it's=$a", vec!["a".to_owned()])]);
        assert_eq!(read(1), [("$b ${{ c }}", vec![])]);
        assert!(commands[1].documents[0].raw.contains("${{ c }}"));
    }

    #[test]
    fn what_a_group_writes_its_commands_write() {
        insta::assert_snapshot!(
            shown("a; { b; if c; then d; fi > g; } >> h; (i) > j; for k in l; do m; done > n"),
            @"
        a Sequence
        b >h Sequence
        c >g >h Sequence
        d >g >h Sequence
        i >j Sequence
        for k in l Sequence
        m >n Sequence
        "
        );
    }

    #[test]
    fn words_tell_what_they_read() {
        let word =
            Word { raw: "a'$b'\"$c ${d:-x} \\$e ${{ f }} $(g $h)\"$1$i".into(), range: 0..0 };
        assert_eq!(word.variables(), ["c", "d", "i"]);
        assert_eq!(Word { raw: "a'\"b'\\ \"c\"".into(), range: 0..0 }.unquoted(), "a\"b c");
        assert_eq!(Word { raw: r#""a\n\"\$b""#.into(), range: 0..0 }.unquoted(), r#"a\n"$b"#);
    }

    proptest! {
        #[test]
        fn every_script_is_read(text in "[$(){}'\"`\\\\|&;<>#=\\[\\] \naé]{0,60}") {
            for command in reader::commands(&text, 0) {
                for word in &command.words {
                    prop_assert!(text.get(word.range.clone()).is_some());
                    let _ = (word.unquoted(), word.variables());
                }
            }
        }
    }
}
