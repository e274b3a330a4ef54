//! Keywords at the top of a configuration, and of `workflow`, `include` and `spec`.

use super::Shape::{Any, Boolean, Condition, Either, List, Named, OneOrMore, Script, Text, Word};
use super::{job, keep, keys, run};

keys! {
    /// The top of a configuration, jobs left out. Source: section "Global keywords".
    pub TOP {
        "after_script" => Script,
        "before_script" => Script,
        "cache" => keep::CACHES,
        "default" => DEFAULT,
        "image" => run::IMAGE,
        "include" => INCLUDES,
        "services" => run::SERVICES,
        "spec" => SPEC,
        "stages" => List(&Text),
        "types" => List(&Text),
        "variables" => GLOBAL_VARIABLES,
        "workflow" => WORKFLOW,
        "$schema" => Text,
        "!reference" => Any,
    }
    /// Source: section `default`.
    pub(crate) DEFAULT {
        "after_script" => Script,
        "artifacts" => keep::ARTIFACTS,
        "before_script" => Script,
        "cache" => keep::CACHES,
        "hooks" => run::HOOKS,
        "id_tokens" => run::ID_TOKENS,
        "identity" => run::IDENTITY,
        "image" => run::IMAGE,
        "interruptible" => Boolean,
        "retry" => job::RETRY,
        "services" => run::SERVICES,
        "tags" => OneOrMore(&Text),
        "timeout" => super::Shape::Duration,
        "!reference" => Any,
    }
    /// Source: section `workflow`.
    WORKFLOW {
        "auto_cancel" => AUTO_CANCEL,
        "name" => Text,
        "rules" filled => List(&WORKFLOW_RULE),
    }
    WORKFLOW_RULE {
        "auto_cancel" => AUTO_CANCEL,
        "changes" => job::CHANGES,
        "exists" => job::EXISTS,
        "if" => Condition,
        "variables" => Named(&Text),
        "when" => Word(&["always", "never"]),
    }
    AUTO_CANCEL {
        "on_job_failure" => Word(&["none", "all"]),
        "on_new_commit" => Word(&["conservative", "interruptible", "none"]),
    }
    GLOBAL_VARIABLE {
        "description" => Text,
        "expand" => Boolean,
        "options" => List(&Text),
        "value" => Text,
    }
    INCLUDE_KEYS {
        "component" => Text,
        "file" => OneOrMore(&Text),
        "inputs" => Named(&Any),
        "integrity" => Text,
        "local" => Text,
        "project" => Text,
        "ref" => Text,
        "remote" => Text,
        "rules" => List(&INCLUDE_RULE),
        "template" => Text,
    }
    INCLUDE_RULE {
        "changes" => job::CHANGES,
        "exists" => job::EXISTS,
        "if" => Condition,
        "when" => Word(&["always", "never"]),
    }
    /// Source: section "Header keywords".
    pub(crate) SPEC {
        "component" => List(&Word(&["name", "reference", "sha", "version"])),
        "description" => Text,
        "include" => INCLUDES,
        "inputs" => Named(&INPUT),
    }
    /// A file of `spec:include`.
    pub(crate) SHARED_INPUTS {
        "inputs" required => Named(&INPUT),
    }
    INPUT {
        "default" => Any,
        "description" => Text,
        "options" => List(&Any),
        "regex" => Text,
        "rules" => List(&Any),
        "type" => Word(&["array", "boolean", "number", "string"]),
    }
}

/// One entry of `include` or several.
pub(crate) static INCLUDES: super::Shape = OneOrMore(&Either(&[&Text, &INCLUDE_KEYS]));

/// `variables` at the top.
pub(crate) static GLOBAL_VARIABLES: super::Shape = Named(&Either(&[&Text, &GLOBAL_VARIABLE]));
