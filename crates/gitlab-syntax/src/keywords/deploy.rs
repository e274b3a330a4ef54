//! Keywords about what a job deploys, releases and starts.

use super::Shape::{Any, Boolean, Duration, Either, List, Named, OneOrMore, Text, Word};
use super::keys;

keys! {
    ENVIRONMENT_KEYS {
        "action" => Word(&["start", "prepare", "stop", "verify", "access"]),
        "auto_stop_in" => Duration,
        "deployment_tier" => Text,
        "kubernetes" => ENVIRONMENT_KUBERNETES,
        "name" required => Text,
        "on_stop" => Text,
        "url" => Text,
    }
    ENVIRONMENT_KUBERNETES {
        "agent" => Text,
        "dashboard" => DASHBOARD,
        "flux_resource_path" => Text,
        "managed_resources" => MANAGED_RESOURCES,
        "namespace" => Text,
    }
    DASHBOARD {
        "flux_resource_path" => Text,
        "namespace" => Text,
    }
    MANAGED_RESOURCES {
        "enabled" => Boolean,
    }
    /// Source: section `release`.
    pub(super) RELEASE {
        "assets" => ASSETS,
        "description" required => Text,
        "milestones" => OneOrMore(&Text),
        "name" => Text,
        "ref" => Text,
        "released_at" => Text,
        "tag_message" => Text,
        "tag_name" required => Text,
    }
    ASSETS {
        "links" required => List(&LINK),
    }
    LINK {
        "filepath" => Text,
        "link_type" => Word(&["runbook", "package", "image", "other"]),
        "name" required => Text,
        "url" required => Text,
    }
    PAGES_KEYS {
        "expire_in" => Duration,
        "path_prefix" => Text,
        "publish" => Text,
    }
    TRIGGER_KEYS {
        "branch" => Text,
        "forward" => FORWARD,
        "include" => OneOrMore(&Either(&[&Text, &CHILD])),
        "inputs" => Named(&Any),
        "project" => Text,
        "strategy" => Word(&["depend", "mirror"]),
    }
    FORWARD {
        "pipeline_variables" => Boolean,
        "yaml_variables" => Boolean,
    }
    CHILD {
        "artifact" => Text,
        "component" => Text,
        "file" => OneOrMore(&Text),
        "inputs" => Named(&Any),
        "job" => Text,
        "local" => Text,
        "project" => Text,
        "ref" => Text,
        "remote" => Text,
        "template" => Text,
    }
}

/// Source: section `environment`.
pub(super) static ENVIRONMENT: super::Shape = Either(&[&Text, &ENVIRONMENT_KEYS]);

/// Source: section `pages`.
pub(super) static PAGES: super::Shape = Either(&[&Boolean, &PAGES_KEYS]);

/// Source: section `trigger`.
pub(super) static TRIGGER: super::Shape = Either(&[&Text, &TRIGGER_KEYS]);
