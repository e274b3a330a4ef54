//! Keywords about what a job runs, and in what.

use super::Shape::{Any, Boolean, Either, List, Named, OneOrMore, Script, Text, Word};
use super::{job, keys};

keys! {
    IMAGE_KEYS {
        "docker" => DOCKER,
        "entrypoint" => OneOrMore(&Text),
        "kubernetes" => KUBERNETES,
        "name" required => Text,
        "pull_policy" => PULL_POLICY,
    }
    SERVICE_KEYS {
        "alias" => Text,
        "command" => Script,
        "docker" => DOCKER,
        "entrypoint" => OneOrMore(&Text),
        "kubernetes" => KUBERNETES,
        "name" required => Text,
        "pull_policy" => PULL_POLICY,
        "variables" => job::VARIABLES,
    }
    DOCKER {
        "platform" => Text,
        "user" => Text,
    }
    KUBERNETES {
        "user" => Text,
    }
    /// Source: section `hooks`.
    pub(super) HOOKS {
        "pre_get_sources_script" => Script,
    }
    ID_TOKEN {
        "aud" required => OneOrMore(&Text),
    }
    /// Source: section `secrets`.
    pub(super) SECRET {
        "akeyless" => Named(&Any),
        "aws_secrets_manager" => Either(&[&Text, &AWS]),
        "azure_key_vault" => AZURE,
        "file" => Boolean,
        "gcp_secret_manager" => GOOGLE,
        "gitlab_secrets_manager" => GITLAB,
        "token" => Text,
        "vault" => Either(&[&Text, &VAULT]),
    }
    VAULT {
        "engine" required => VAULT_ENGINE,
        "field" required => Text,
        "path" required => Text,
    }
    VAULT_ENGINE {
        "name" required => Text,
        "path" required => Text,
    }
    AWS {
        "field" => Text,
        "region" => Text,
        "role_arn" => Text,
        "role_session_name" => Text,
        "secret_id" required => Text,
        "version_id" => Text,
        "version_stage" => Text,
    }
    AZURE {
        "name" required => Text,
        "version" => Text,
    }
    GOOGLE {
        "name" required => Text,
        "version" => Text,
    }
    GITLAB {
        "name" required => Text,
        "source" => Text,
    }
    /// Source: section `run`.
    pub(super) STEP {
        "env" => Named(&Text),
        "func" => STEP_REFERENCE,
        "inputs" => Named(&Any),
        "name" required => Text,
        "script" => Text,
        "step" => STEP_REFERENCE,
    }
}

/// Source: section `image`.
pub(super) static IMAGE: super::Shape = Either(&[&Text, &IMAGE_KEYS]);

/// Source: section `services`.
pub(super) static SERVICES: super::Shape = List(&Either(&[&Text, &SERVICE_KEYS]));

static PULL_POLICY: super::Shape = OneOrMore(&Word(&["always", "if-not-present", "never"]));

/// Source: section `id_tokens`.
pub(super) static ID_TOKENS: super::Shape = Named(&ID_TOKEN);

/// Source: section `identity`.
pub(super) static IDENTITY: super::Shape = Word(&["google_cloud"]);

static STEP_REFERENCE: super::Shape = Either(&[&Text, &Named(&Any)]);
