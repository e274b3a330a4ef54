//! `${{ … }}` in what steps run: names, dot by dot, of what the step knows.
//!
//! Source: "CI/CD steps" (<https://docs.gitlab.com/ci/steps/>), section "Expressions".

use serde_json::Value as Json;

/// The largest text that is made, in bytes.
const LARGEST: usize = 1 << 20;

/// Fills in a text. One that is an expression and nothing else takes the type of its value.
///
/// # Errors
/// A name is unknown, or an expression has no end; a sentence that says so.
pub fn fill(text: &str, known: &Json) -> Result<Json, String> {
    if let Some(inner) = text.strip_prefix("${{")
        && let Some((name, "")) = inner.split_once("}}")
    {
        return look_up(name.trim(), known).cloned();
    }
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (name, behind) =
            after.split_once("}}").ok_or_else(|| format!("`}}}}` is missing in `{text}`"))?;
        filled.push_str(before);
        match look_up(name.trim(), known)? {
            Json::String(text) => filled.push_str(text),
            other => filled.push_str(&other.to_string()),
        }
        if filled.len() > LARGEST {
            return Err("a text becomes larger than 1 MiB".to_owned());
        }
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled.into())
}

/// The same as text.
///
/// # Errors
/// As [`fill`].
pub fn fill_text(text: &str, known: &Json) -> Result<String, String> {
    Ok(match fill(text, known)? {
        Json::String(text) => text,
        other => other.to_string(),
    })
}

/// Fills in all texts of a value.
///
/// # Errors
/// As [`fill`].
pub fn fill_all(value: &Json, known: &Json) -> Result<Json, String> {
    Ok(match value {
        Json::String(text) => fill(text, known)?,
        Json::Array(items) => {
            items.iter().map(|item| fill_all(item, known)).collect::<Result<_, _>>()?
        }
        Json::Object(entries) => {
            let fill =
                |(name, value): (&String, &Json)| Ok((name.clone(), fill_all(value, known)?));
            Json::Object(entries.iter().map(fill).collect::<Result<_, String>>()?)
        }
        other => other.clone(),
    })
}

fn look_up<'known>(name: &str, known: &'known Json) -> Result<&'known Json, String> {
    let mut parts = name.split('.').map(str::trim);
    let found = parts.try_fold(known, |value, part| value.get(part));
    found.ok_or_else(|| format!("`${{{{ {name} }}}}` is not known here"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn names_give_their_values_with_their_types() {
        let known = json!({ "inputs": { "n": 3, "list": ["a"] }, "env": { "HOME": "/root" } });
        let fill = |text: &str| super::fill(text, &known);
        assert_eq!(fill("${{inputs.n}}"), Ok(3.into()));
        assert_eq!(fill("${{ inputs.list }}"), Ok(json!(["a"])));
        assert_eq!(fill("<${{ inputs.n }}${{ env.HOME }}>"), Ok("<3/root>".into()));
        assert_eq!(fill("$HOME ${HOME}"), Ok("$HOME ${HOME}".into()));
        assert!(fill("${{ inputs.other }}").unwrap_err().contains("inputs.other"));
        assert!(fill("a ${{ inputs.n").unwrap_err().contains("missing"));
    }
}
