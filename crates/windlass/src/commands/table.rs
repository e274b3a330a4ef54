//! Lists for people: a head and rows in columns.

/// Columns as wide as their widest cell; the last one is left as it is.
pub fn table<const N: usize>(heads: [&str; N], rows: &[[String; N]]) -> String {
    let heads = heads.map(str::to_owned);
    let all: Vec<&[String; N]> = std::iter::once(&heads).chain(rows).collect();
    let width =
        |column: usize| all.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N.saturating_sub(1)).map(width).collect();
    let mut text = String::new();
    for row in all {
        for (column, cell) in row.iter().enumerate() {
            text.push_str(cell);
            let blanks = widths.get(column).map_or(0, |width| width + 2 - cell.chars().count());
            text.extend(std::iter::repeat_n(' ', blanks));
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}
