//! `container` and `services` of a job.

use super::scalars::{NON_EMPTY, NON_EMPTY_TEXTS, RUNNER_TEXT, TEXT};
use super::{Shape, define, mapping};

define! {
    /// `container`.
    CONTAINER in STRATEGY = Shape::OneOf(&[&TEXT, &CONTAINER_MAPPING]);
    /// `container` in full.
    CONTAINER_MAPPING = mapping!(
        "image" => NON_EMPTY,
        "options" => TEXT,
        "env" => CONTAINER_ENV,
        "ports" => NON_EMPTY_TEXTS,
        "volumes" => NON_EMPTY_TEXTS,
        "credentials" => REGISTRY_CREDENTIALS,
    );
    /// `services`.
    SERVICES in STRATEGY = mapping!(; NON_EMPTY => SERVICE);
    /// One service.
    SERVICE in STRATEGY = Shape::OneOf(&[&NON_EMPTY, &SERVICE_MAPPING]);
    /// One service in full.
    SERVICE_MAPPING = mapping!(
        "image" => NON_EMPTY,
        "options" => TEXT,
        "env" => CONTAINER_ENV,
        "ports" => NON_EMPTY_TEXTS,
        "volumes" => NON_EMPTY_TEXTS,
        "credentials" => REGISTRY_CREDENTIALS,
        "entrypoint" => TEXT,
        "command" => TEXT,
    );
    /// `env` of a container.
    CONTAINER_ENV = mapping!(; NON_EMPTY => RUNNER_TEXT);
    /// `credentials`.
    REGISTRY_CREDENTIALS in CREDENTIALS = mapping!(
        "username" => NON_EMPTY,
        "password" => NON_EMPTY,
    );
}
