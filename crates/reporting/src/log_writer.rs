//! A stored log as people read it: safe lines, groups indented, colours only where they are on.

use std::io::{self, Write};

use crate::{
    Appearance,
    log_line::{LineBuffer, Preamble},
    plain::Page,
};

/// Writes the bytes of a log to another writer, line by line as the plain surface shows them.
/// [`LogWriter::end`] has to be called after the last byte: its line may lack its line feed.
pub struct LogWriter<W> {
    to: W,
    look: Appearance,
    lines: LineBuffer,
    in_group: bool,
}

impl<W: Write> LogWriter<W> {
    /// Writes to this writer.
    pub fn new(to: W, look: Appearance) -> Self {
        LogWriter { to, look, lines: LineBuffer::default(), in_group: false }
    }

    /// Writes what is left of the last line.
    ///
    /// # Errors
    /// As the writer below.
    pub fn end(mut self) -> io::Result<()> {
        let mut text = String::new();
        let mut page = Page { text: &mut text, prefix: "", look: self.look };
        let in_group = &mut self.in_group;
        self.lines.end(|line| page.line(line, &mut Preamble::Over, in_group));
        self.to.write_all(text.as_bytes())
    }
}

impl<W: Write> Write for LogWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = String::new();
        let mut page = Page { text: &mut text, prefix: "", look: self.look };
        let in_group = &mut self.in_group;
        self.lines.add(bytes, |line| page.line(line, &mut Preamble::Over, in_group));
        self.to.write_all(text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_indented_and_colours_left_out_where_they_are_off() {
        let mut shown = Vec::new();
        let look = Appearance { colours: false, unicode: true };
        let mut writer = LogWriter::new(&mut shown, look);
        let log = "##[group]Run make\n\u{1b}[36;1mmake\u{1b}[0m\n##[endgroup]\nbuil";
        writer.write_all(log.as_bytes()).unwrap();
        writer.write_all(b"t\n##[error]broken").unwrap();
        writer.end().unwrap();
        insta::assert_snapshot!(String::from_utf8(shown).unwrap(), @r"
        ▸ Run make
          make
        built
        error: broken
        ");
    }
}
