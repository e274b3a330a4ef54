//! Mistakes in building and deploying that show only when it matters: gates that never close,
//! values that are gone, images that are not there. Each file is one rule.

pub(crate) mod image_tag;
pub(crate) mod integer_comparison;
pub(crate) mod lost_image;
pub(crate) mod lost_variable;
pub(crate) mod rate_as_ratio;
pub(crate) mod skipped_stage;
pub(crate) mod whole_canary;

use crate::findings::Findings;
use crate::outline::Outline;

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    image_tag::check(outline, findings);
    integer_comparison::check(outline, findings);
    lost_image::check(outline, findings);
    lost_variable::check(outline, findings);
    rate_as_ratio::check(outline, findings);
    skipped_stage::check(outline, findings);
    whole_canary::check(outline, findings);
}

/// A number with a point: `0.01`, `.5`, `-1.0`.
fn fraction(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.')?;
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (are_digits(whole) && !part.is_empty() && are_digits(part)).then(|| text.parse().ok())?
}
