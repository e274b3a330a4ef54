//! What every word of the command line does, one topic a file.

mod actions;
mod approvals;
mod checking;
mod choosing;
mod concurrency;
mod containers;
mod editor;
mod events;
mod gitlab;
mod gitlab_files;
mod gitlab_guides;
mod gitlab_process;
mod gitlab_reruns;
mod gitlab_runs;
mod gitlab_sources;
mod history;
mod labels;
mod looking;
mod real_services;
mod services;
mod services_in_containers;
mod submodules;
mod tools;
mod workspaces;
