//! The job driver: does beside a workspace what GitLab's runner does with a job.

pub mod predefined;
