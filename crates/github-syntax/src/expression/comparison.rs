//! `==`, `<` and `>` between values of any kinds, by the rules of the page "Evaluate expressions
//! in workflows and actions", section "Operators": values of different kinds become numbers,
//! strings compare in any case, arrays and objects are equal only when they are the same one.

use std::cmp::Ordering;
use std::sync::Arc;

use super::fold;
use super::value::Value;

impl Value {
    /// The language's `==`.
    #[must_use]
    pub fn loosely_equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(left), Self::Boolean(right)) => left == right,
            (Self::String(left), Self::String(right)) => fold::equal(left, right),
            (Self::Array(left), Self::Array(right)) => Arc::ptr_eq(left, right),
            (Self::Object(left), Self::Object(right)) => Arc::ptr_eq(left, right),
            // NaN, which arrays and objects become, equals nothing.
            _ => self.to_number() == other.to_number(),
        }
    }

    /// The order behind `<` and `>`; none where both are false, as with NaN.
    #[must_use]
    pub fn loose_order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, Self::Null) => None,
            (Self::Boolean(left), Self::Boolean(right)) => Some(left.cmp(right)),
            (Self::String(left), Self::String(right)) => Some(fold::compare(left, right)),
            _ => self.to_number().partial_cmp(&other.to_number()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_meet_as_numbers() {
        assert!(Value::from("1.0").loosely_equals(&Value::from(true)));
        assert!(Value::Null.loosely_equals(&Value::from(" ")));
        assert!(!Value::from("x").loosely_equals(&Value::from(false)));
        assert_eq!(Value::from("b").loose_order(&Value::from("A")), Some(Ordering::Greater));
        assert_eq!(Value::from("b").loose_order(&Value::from(1.0)), None);
        assert_eq!(Value::from(vec![]).loose_order(&Value::Null), None);
    }

    #[test]
    fn arrays_are_equal_only_to_themselves() {
        let array = Value::from(vec![Value::Null]);
        assert!(array.loosely_equals(&array.clone()));
        assert!(!array.loosely_equals(&Value::from(vec![Value::Null])));
    }
}
