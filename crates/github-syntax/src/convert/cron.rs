//! Whether a text is a cron expression as `schedule` takes it.
//!
//! POSIX cron with five fields; names of months and days, lists, ranges and steps, but none of the
//! extensions (`@daily`, `L`, `W`, `#`). Source: GitHub Docs, "Events that trigger workflows",
//! `schedule`. When it fires next is not this file's business.

/// One field: its name, least and greatest number, and the names its numbers have.
struct Field {
    name: &'static str,
    least: u32,
    greatest: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", least: 0, greatest: 59, names: &[] },
    Field { name: "hour", least: 0, greatest: 23, names: &[] },
    Field { name: "day of the month", least: 1, greatest: 31, names: &[] },
    Field {
        name: "month",
        least: 1,
        greatest: 12,
        names: &[
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
        ],
    },
    Field {
        name: "day of the week",
        least: 0,
        greatest: 6,
        names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    },
];

/// Checks all fields; the error says what is wrong with the first bad one.
pub(super) fn check(expression: &str) -> Result<(), String> {
    let fields: Vec<_> = expression.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(format!(
            "it has {} fields; five are needed: minute, hour, day of the month, month, day of the week",
            fields.len()
        ));
    }
    for (field, text) in FIELDS.iter().zip(fields) {
        for part in text.split(',') {
            field.check(part).map_err(|cause| format!("the {} `{text}` {cause}", field.name))?;
        }
    }
    Ok(())
}

impl Field {
    fn check(&self, part: &str) -> Result<(), String> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        if let Some(step) = step
            && !step.parse::<u32>().is_ok_and(|step| step > 0)
        {
            return Err(format!("has `{step}` behind `/`, where a number above 0 must stand"));
        }
        if range == "*" {
            return Ok(());
        }
        match range.split_once('-') {
            Some((first, last)) => {
                if self.number(first)? > self.number(last)? {
                    return Err(format!("goes backwards in `{range}`"));
                }
            }
            None => {
                self.number(range)?;
            }
        }
        Ok(())
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        if let Some(position) = named {
            return Ok(self.least + u32::try_from(position).unwrap_or(0));
        }
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits && (self.least..=self.greatest).contains(&number) => Ok(number),
            _ => Err(format!(
                "has `{text}`, where a number from {} to {} must stand",
                self.least, self.greatest
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_posix_and_names_allow() {
        for cron in ["0 0 * * *", "*/15 2,10 1-15 JAN-jun MON-5", "30 5,17 * * SUN", "5/10 * * * *"]
        {
            assert_eq!(check(cron), Ok(()), "{cron}");
        }
    }

    #[test]
    fn what_they_do_not_allow_is_named() {
        insta::assert_snapshot!(
            ["@daily", "60 * * * *", "* * * * 7", "*/0 * * * *", "* 5-3 * * *", "* * L * *"]
                .map(|cron| check(cron).unwrap_err())
                .join("\n"),
            @"
        it has 1 fields; five are needed: minute, hour, day of the month, month, day of the week
        the minute `60` has `60`, where a number from 0 to 59 must stand
        the day of the week `7` has `7`, where a number from 0 to 6 must stand
        the minute `*/0` has `0` behind `/`, where a number above 0 must stand
        the hour `5-3` goes backwards in `5-3`
        the day of the month `L` has `L`, where a number from 1 to 31 must stand
        "
        );
    }
}
