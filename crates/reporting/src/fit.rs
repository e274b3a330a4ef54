//! Text of a certain width in columns, with colours in it that take no room.

use unicode_width::UnicodeWidthChar;

/// Cuts a text to so many columns; a cut one ends in `ellipsis`. Colours stay whole and are ended.
pub(crate) fn fit(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(ellipsis.chars().count());
    let mut kept = String::with_capacity(text.len());
    let (mut used, mut coloured) = (0, false);
    for piece in pieces(text) {
        match piece {
            Piece::Colour(sequence) => {
                coloured = true;
                kept.push_str(sequence);
            }
            Piece::Char(next) => {
                used += columns_of(next);
                if used > room {
                    break;
                }
                kept.push(next);
            }
        }
    }
    if columns > room {
        kept.push_str(ellipsis);
    }
    if coloured {
        kept.push_str("\u{1b}[0m");
    }
    kept
}

/// How many columns a text takes; colours take none.
pub(crate) fn width(text: &str) -> usize {
    pieces(text)
        .map(|piece| match piece {
            Piece::Colour(_) => 0,
            Piece::Char(next) => columns_of(next),
        })
        .sum()
}

enum Piece<'text> {
    Colour(&'text str),
    Char(char),
}

fn columns_of(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// The text has been cleaned: colours are the only escape sequences in it.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let next = rest.chars().next()?;
        let end = match next {
            '\u{1b}' => rest.find('m').map_or(rest.len(), |end| end + 1),
            _ => next.len_utf8(),
        };
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        Some(if next == '\u{1b}' { Piece::Colour(piece) } else { Piece::Char(next) })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn colours_take_no_room_and_are_ended() {
        assert_eq!(fit("\u{1b}[31mabcdef\u{1b}[0m", 4, "…"), "\u{1b}[31mabc…\u{1b}[0m");
        assert_eq!(fit("\u{1b}[31mabc\u{1b}[0m", 3, "…"), "\u{1b}[31mabc\u{1b}[0m");
        assert_eq!(fit("日本語", 5, "…"), "日本…");
        assert_eq!(fit("日本語", 4, "…"), "日…");
        assert_eq!(fit("abc", 0, "…"), "");
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_it_may_be(text in "(\u{1b}\\[3[0-7]m|[a-z日é])*", columns in 0_usize..12) {
            prop_assert!(width(&fit(&text, columns, "…")) <= columns);
        }
    }
}
