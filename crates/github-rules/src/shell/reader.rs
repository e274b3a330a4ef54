//! From characters to commands. The words and commands themselves are in the file above.

use super::{Assignment, Command, End, Word};

/// How deep `$( )` is looked into.
const DEEPEST: usize = 8;

/// Words that open or join commands and are none themselves.
const KEYWORDS: [&str; 12] =
    ["if", "then", "elif", "else", "fi", "while", "until", "do", "done", "!", "{", "}"];

/// Those of them that begin and end what may be redirected as a whole.
const OPENING: [&str; 3] = ["{", "if", "do"];
const CLOSING: [&str; 3] = ["}", "fi", "done"];

/// Commands whose arguments are assignments.
const DECLARATIONS: [&str; 5] = ["export", "local", "readonly", "declare", "typeset"];

/// The commands of a text; its words are placed `start` bytes further.
pub(super) fn commands(text: &str, start: usize) -> Vec<Command> {
    let mut found = Vec::new();
    read(text, start, 0, &mut found);
    found
}

fn read(text: &str, start: usize, depth: usize, found: &mut Vec<Command>) {
    let mut reader = Reader {
        text,
        at: 0,
        start,
        depth,
        found,
        current: empty(),
        here_documents: Vec::new(),
        groups: Vec::new(),
        closed: None,
    };
    while reader.step() {}
    reader.finish(End::Sequence);
}

const fn empty() -> Command {
    Command {
        assignments: Vec::new(),
        words: Vec::new(),
        documents: Vec::new(),
        outputs: Vec::new(),
        end: End::Sequence,
    }
}

/// A here-document of this line.
struct HereDocument {
    /// The word that ends it.
    end: String,
    /// Whether the shell leaves it as it is.
    is_quoted: bool,
}

struct Reader<'text, 'found> {
    text: &'text str,
    at: usize,
    start: usize,
    depth: usize,
    found: &'found mut Vec<Command>,
    current: Command,
    here_documents: Vec<HereDocument>,
    /// How many commands there were when each group began that is open.
    groups: Vec<usize>,
    /// The same of the group that has just ended, which a redirection may follow.
    closed: Option<usize>,
}

impl Reader<'_, '_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Reads one thing; `false` at the end.
    fn step(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.bytes().next() else { return false };
        let (length, end) = match first {
            b' ' | b'\t' | b'\r' => (1, None),
            b'\\' if rest[1..].starts_with('\n') => (2, None),
            b'#' => (rest.find('\n').unwrap_or(rest.len()), None),
            b'&' if rest.starts_with("&&") => (2, Some(End::And)),
            b'|' if rest.starts_with("||") => (2, Some(End::Or)),
            b'|' => (1, Some(End::Pipe)),
            b'\n' | b';' | b'&' | b'(' | b')' => (1, Some(End::Sequence)),
            b'<' | b'>' => {
                self.redirection();
                return true;
            }
            _ => {
                self.word();
                return true;
            }
        };
        self.at += length;
        if let Some(end) = end {
            self.finish(end);
        }
        match first {
            b'\n' => self.read_here_documents(),
            b'(' => self.groups.push(self.found.len()),
            b')' => self.closed = self.groups.pop(),
            _ => {}
        }
        true
    }

    fn finish(&mut self, end: End) {
        let mut command = std::mem::replace(&mut self.current, empty());
        let closed = self.closed.take();
        if !(command.words.is_empty() && command.assignments.is_empty()) {
            command.end = end;
            self.found.push(command);
        } else if let Some(inside) = closed.and_then(|first| self.found.get_mut(first..)) {
            inside.iter_mut().for_each(|inner| inner.outputs.extend_from_slice(&command.outputs));
        }
    }

    fn word(&mut self) {
        let word = self.take_word();
        let is_number = word.raw.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && self.rest().starts_with(['<', '>']) {
            return; // The number of a file that is redirected.
        }
        let command = &mut self.current;
        let declares =
            command.words.first().is_some_and(|name| DECLARATIONS.contains(&name.raw.as_str()));
        if command.words.is_empty() || declares {
            if let Some(assignment) = assignment(&word) {
                command.assignments.push(assignment);
                if !declares {
                    return;
                }
            } else if command.words.is_empty() && KEYWORDS.contains(&word.raw.as_str()) {
                if OPENING.contains(&word.raw.as_str()) {
                    self.groups.push(self.found.len());
                } else if CLOSING.contains(&word.raw.as_str()) {
                    self.closed = self.groups.pop();
                }
                return;
            }
        }
        command.words.push(word);
    }

    fn take_word(&mut self) -> Word {
        let begin = self.at;
        self.at += word_length(self.rest()).max(1);
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        let raw = &self.text[begin..self.at];
        if self.depth < DEEPEST {
            for inner in substitutions(raw) {
                let place = self.start + begin + inner.start;
                read(&raw[inner], place, self.depth + 1, self.found);
            }
        }
        Word { raw: raw.to_owned(), range: self.start + begin..self.start + self.at }
    }

    fn redirection(&mut self) {
        let rest = self.rest();
        let operator: &str = ["<<<", "<<-", "<<", "<&", ">>", ">&", ">|", "<(", ">(", "<", ">"]
            .into_iter()
            .find(|operator| rest.starts_with(operator))
            .unwrap_or(">");
        self.at += operator.len();
        if operator.ends_with('(') {
            return;
        }
        let blank = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        self.at += blank;
        if word_length(self.rest()) == 0 {
            return;
        }
        let target = self.take_word();
        match operator {
            ">" | ">>" | ">|" => self.current.outputs.push(target),
            "<<" | "<<-" => self.here_documents.push(HereDocument {
                end: target.unquoted(),
                is_quoted: target.raw.contains(['\'', '"', '\\']),
            }),
            _ => {}
        }
    }

    /// Their lines belong to the last command of the line that they follow.
    fn read_here_documents(&mut self) {
        for document in std::mem::take(&mut self.here_documents) {
            while self.at < self.text.len() {
                let line = self.rest().split_inclusive('\n').next().unwrap_or_default();
                let (length, content) = (line.len(), line.trim());
                if content == document.end {
                    self.at += length;
                    break;
                }
                let begin = self.start + self.at + line.len() - line.trim_start().len();
                let raw = filled_in(content, document.is_quoted);
                let line = Word { raw, range: begin..begin + content.len() };
                if let Some(command) = self.found.last_mut() {
                    command.documents.push(line);
                }
                self.at += length;
            }
        }
    }
}

/// A line of a here-document as a word: quotes are nothing special in it, and in one that is left
/// as it is neither are variables.
fn filled_in(line: &str, is_quoted: bool) -> String {
    let line = line.replace(['\'', '"'], " ");
    if !is_quoted {
        return line;
    }
    let mut parts = line.split("${{");
    let first = parts.next().unwrap_or_default().replace('$', " ");
    parts.fold(first, |all, part| all + "${{" + &part.replace('$', " "))
}

fn assignment(word: &Word) -> Option<Assignment> {
    let (name, value) = word.raw.split_once('=')?;
    let name = name.strip_suffix('+').unwrap_or(name);
    if name.is_empty() || name_length(name) != name.len() {
        return None;
    }
    let value = Word { raw: value.to_owned(), range: word.range.end - value.len()..word.range.end };
    Some(Assignment { name: name.to_owned(), value })
}

/// The bytes of a name of a variable at the start.
fn name_length(text: &str) -> usize {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return 0;
    }
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

/// The bytes of the word at the start.
fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => break,
            _ => at += piece_length(&text[at..], 0),
        }
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    at.min(text.len())
}

/// The bytes of what holds together at the start: something quoted or substituted, or one byte.
fn piece_length(text: &str, depth: usize) -> usize {
    let to = |end: &str, from: usize| {
        text.get(from..)
            .and_then(|rest| rest.find(end))
            .map_or(text.len(), |at| from + at + end.len())
    };
    match text.as_bytes() {
        [b'\\', ..] => 2.min(text.len()),
        [b'\'', ..] => to("'", 1),
        [b'`', ..] => to("`", 1),
        [b'$', b'{', b'{', ..] => to("}}", 3),
        _ if depth >= DEEPEST => 1,
        [b'"', ..] => enclosed(text, 1, b'"', depth),
        [b'$', b'(', ..] => enclosed(text, 2, b')', depth),
        [b'$', b'{', ..] => enclosed(text, 2, b'}', depth),
        _ => 1,
    }
}

/// The bytes up to and with the closing character; all of them when it is missing.
fn enclosed(text: &str, from: usize, close: u8, depth: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    let mut open = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            byte if *byte == close && open == 0 => return at + 1,
            b')' if close == b')' => open -= 1,
            b'(' if close == b')' => open += 1,
            // Single quotes mean nothing between double quotes.
            b'\'' if close == b'"' => {}
            _ => {
                at += piece_length(text.get(at..).unwrap_or_default(), depth + 1).max(1);
                continue;
            }
        }
        at += 1;
    }
    text.len()
}

/// What stands in each `$( )` and between backquotes, as byte ranges.
fn substitutions(raw: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    each_piece(raw, &mut |at, piece| {
        if piece.starts_with("$(") {
            found.push(
                at + 2..at + piece.len() - usize::from(piece.len() > 2 && piece.ends_with(')')),
            );
        } else if piece.starts_with('`') && piece.len() > 1 {
            found.push(at + 1..at + piece.len() - 1);
        }
    });
    found.retain(|range| range.start <= range.end && raw.get(range.clone()).is_some());
    found
}

/// The names behind `$`, substitutions and `${{ }}` left out.
pub(super) fn variables(raw: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_piece(raw, &mut |at, piece| {
        let name = match piece.as_bytes() {
            [b'$', b'{', b'{', ..] | [b'$', b'(', ..] => return,
            [b'$', b'{', ..] => &piece[2..],
            [b'$', ..] => &raw[at + 1..],
            _ => return,
        };
        let name = &name[..name_length(name)];
        if !name.is_empty() {
            found.push(name.to_owned());
        }
    });
    found
}

/// Goes through the pieces of a word, those between double quotes too.
fn each_piece<'raw>(raw: &'raw str, look: &mut dyn FnMut(usize, &'raw str)) {
    let mut at = 0;
    let mut in_double_quotes = false;
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match rest.as_bytes()[0] {
            b'"' => {
                in_double_quotes = !in_double_quotes;
                1
            }
            b'\'' if in_double_quotes => 1,
            _ => piece_length(rest, 0),
        };
        let mut end = (at + length).min(raw.len());
        while !raw.is_char_boundary(end) {
            end += 1;
        }
        look(at, &raw[at..end]);
        at = end;
    }
}
