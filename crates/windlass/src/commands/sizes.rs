//! How many bytes, as people read it.

/// Bytes in the largest decimal unit that leaves a digit before the point.
pub fn shown(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let found = units.into_iter().find(|(unit, _)| bytes >= *unit);
    let Some((unit, name)) = found else { return format!("{bytes} B") };
    let tenths = bytes / (unit / 10);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_size_has_a_unit_that_fits() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (1_999_999, "1.9 MB"),
            (12_345_678_901, "12.3 GB"),
        ] {
            assert_eq!(shown(bytes), text);
        }
    }
}
