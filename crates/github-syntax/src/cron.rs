//! Cron expressions as `schedule` takes them.
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

/// A cron expression, read: the numbers of each field, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    fields: [Vec<u32>; FIELDS.len()],
    /// The day of the week is `*`, so that the day of the month alone decides.
    is_any_weekday: bool,
}

impl Cron {
    /// Reads all fields.
    ///
    /// # Errors
    /// What is wrong with the first bad one.
    pub fn parse(expression: &str) -> Result<Self, String> {
        let texts: Vec<_> = expression.split_whitespace().collect();
        if texts.len() != FIELDS.len() {
            return Err(format!(
                "it has {} fields; five are needed: minute, hour, day of the month, month, day of the week",
                texts.len()
            ));
        }
        let mut fields = [const { Vec::new() }; FIELDS.len()];
        for ((numbers, field), text) in fields.iter_mut().zip(&FIELDS).zip(&texts) {
            *numbers = field
                .numbers(text)
                .map_err(|cause| format!("the {} `{text}` {cause}", field.name))?;
        }
        Ok(Self { fields, is_any_weekday: texts.last() == Some(&"*") })
    }

    /// The minutes of the hour.
    #[must_use]
    pub fn minutes(&self) -> &[u32] {
        &self.fields[0]
    }

    /// Whether there is a day on which it fires. With a day of the week there is: POSIX has either
    /// of the two days count.
    #[must_use]
    pub fn has_a_day(&self) -> bool {
        let [_, _, days, months, _] = &self.fields;
        let shortest = days.first().copied().unwrap_or_default();
        !self.is_any_weekday || months.iter().any(|month| shortest <= longest_length(*month))
    }
}

/// How many days a month has, in leap years too.
const fn longest_length(month: u32) -> u32 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Field {
    /// The numbers of a list, sorted, each once.
    fn numbers(&self, list: &str) -> Result<Vec<u32>, String> {
        let mut numbers = Vec::new();
        for part in list.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(self.step(step)?)),
                None => (part, None),
            };
            let (first, last) = match range.split_once('-') {
                _ if range == "*" => (self.least, self.greatest),
                Some((first, last)) => (self.number(first)?, self.number(last)?),
                None if step.is_some() => (self.number(range)?, self.greatest),
                None => (self.number(range)?, self.number(range)?),
            };
            if first > last {
                return Err(format!("goes backwards in `{range}`"));
            }
            numbers.extend((first..=last).step_by(step.unwrap_or(1)));
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    fn step(&self, text: &str) -> Result<usize, String> {
        text.parse()
            .ok()
            .filter(|step| *step > 0)
            .ok_or_else(|| format!("has `{text}` behind `/`, where a number above 0 must stand"))
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
    use super::Cron;

    #[test]
    fn what_posix_and_names_allow() {
        for cron in ["0 0 * * *", "*/15 2,10 1-15 JAN-jun MON-5", "30 5,17 * * SUN", "5/10 * * * *"]
        {
            assert!(Cron::parse(cron).is_ok(), "{cron}");
        }
    }

    #[test]
    fn what_they_do_not_allow_is_named() {
        insta::assert_snapshot!(
            ["@daily", "60 * * * *", "* * * * 7", "*/0 * * * *", "* 5-3 * * *", "* * L * *"]
                .map(|cron| Cron::parse(cron).unwrap_err())
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

    #[test]
    fn lists_ranges_and_steps_become_numbers() {
        let minutes = |field| Cron::parse(&format!("{field} * * * *")).unwrap().minutes().to_vec();
        assert_eq!(minutes("*/20"), [0, 20, 40]);
        assert_eq!(minutes("50/5,3-5,4"), [3, 4, 5, 50, 55]);
    }

    #[test]
    fn some_days_never_come() {
        let has_a_day = |days| Cron::parse(&format!("0 0 {days}")).unwrap().has_a_day();
        assert!(!has_a_day("30 2 *"));
        assert!(!has_a_day("31 FEB,4,jun *"));
        assert!(has_a_day("29 2 *"));
        assert!(has_a_day("28-31 2 *"));
        assert!(has_a_day("31 4,5 *"));
        assert!(has_a_day("30 2 MON"));
    }
}
