//! The steps of `run`: scripts, and steps that have a file of their own in the project, which run a
//! program or other steps.
//!
//! Source: "CI/CD steps" (<https://docs.gitlab.com/ci/steps/>); "CI/CD YAML syntax reference",
//! section `run`.

use std::path::{Component, Path, PathBuf};

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use windlass_gitlab_syntax::pipeline::RunStep;
use windlass_gitlab_syntax::steps::{
    StepBody, StepDefinition, StepValue,
    expression::{fill_all, fill_text},
};
use windlass_kernel::AnnotationLevel;
use windlass_session::ExecSpec;

use super::coverage::Coverage;
use super::environment;
use super::lane::Lane;
use super::output::Output;
use super::program::{self, Ending, Limits};
use super::setup::Job;

/// How deep steps may call others; one that calls itself ends there.
const DEEPEST: usize = 20;

/// The largest file that is read of a step, in bytes.
const LARGEST: u64 = 1 << 20;

/// The name of the output file.
const OUTPUTS: &str = "step_outputs";

/// The name of the export file.
const EXPORTS: &str = "step_exports";

type Texts = IndexMap<String, String>;

/// Runs the steps of a job one after another, each as a section of the log.
pub(crate) async fn run_all(
    job: &Job,
    lane: &mut Lane,
    limits: Limits,
    coverage: Option<&mut Coverage>,
) -> Ending {
    let project = job.session.places().workspace.clone();
    let mut runner = Runner { job, lane, coverage, limits, exports: Texts::new() };
    let mut scope = Scope { directory: project, ..Scope::default() };
    for (number, step) in job.order.job.run.iter().enumerate() {
        let title = format!("Executing step \"{}\"", step.name);
        runner.lane.begin(&format!("step_{number}"), &title);
        let ending = match runner.step(step, &scope, 0).await {
            Ok(outputs) => {
                scope.keep(&step.name, outputs);
                Ending::Exited(0)
            }
            Err(Stopped::Refused(cause)) => {
                runner.lane.fail(&cause);
                runner.lane.annotate(AnnotationLevel::Error, &cause);
                Ending::Exited(1)
            }
            Err(Stopped::Ended(ending)) => ending,
        };
        runner.lane.end(ending.status(), ending.reason());
        if ending != Ending::Exited(0) {
            return ending;
        }
    }
    Ending::Exited(0)
}

/// Why a step gives nothing.
enum Stopped {
    /// It cannot be called, or says something that cannot be read: its author's to mend.
    Refused(String),
    /// Its program ended so.
    Ended(Ending),
}

/// What the steps of one sequence know.
#[derive(Default)]
struct Scope {
    inputs: Map<String, Json>,
    /// Environment variables for all of them.
    env: Texts,
    /// Where the file is that has the sequence; paths of other steps count from there.
    directory: PathBuf,
    /// What the steps before gave, by their names.
    steps: Map<String, Json>,
}

impl Scope {
    fn keep(&mut self, step: &str, outputs: Map<String, Json>) {
        self.steps.insert(step.to_owned(), json!({ "outputs": outputs }));
    }
}

/// A line of an output or export file.
#[derive(Deserialize)]
struct Written {
    name: String,
    value: Json,
}

struct Runner<'job> {
    job: &'job Job,
    lane: &'job mut Lane,
    coverage: Option<&'job mut Coverage>,
    limits: Limits,
    /// What steps wrote into their export files, for all that run later.
    exports: Texts,
}

impl Runner<'_> {
    /// Runs a step, and answers what it gives.
    async fn step(
        &mut self,
        step: &RunStep,
        scope: &Scope,
        depth: usize,
    ) -> Result<Map<String, Json>, Stopped> {
        let broken = |cause: String| Stopped::Refused(format!("the step '{}': {cause}", step.name));
        let project = &self.job.session.places().workspace;
        let known = self.known(scope, &scope.env, project);
        let mut env = scope.env.clone();
        env.extend(filled(&step.env, &known).map_err(broken)?);
        if let Some(script) = &step.script {
            let known = self.known(scope, &env, project);
            let text = self.job.shell.script([&fill_text(script, &known).map_err(broken)?]);
            let file = self.job.session.places().command_files.join("script");
            let put = self.job.session.put(&file, text.as_bytes()).await;
            put.map_err(|error| Stopped::Ended(Ending::Broken(error.to_string())))?;
            return self.program(self.job.shell.start(&file, project), &env).await;
        }
        if depth == DEEPEST {
            return Err(broken(format!("steps call each other more than {DEEPEST} times")));
        }
        let reference = step.step.as_ref().unwrap_or(&Json::Null);
        let reference = fill_all(reference, &known).map_err(broken)?;
        let path = local_path(&reference, &scope.directory).map_err(broken)?;
        let definition = definition(self.job, &path).await.map_err(broken)?;
        let inputs = fill_all(&json!(step.inputs), &known).map_err(broken)?;
        let inputs = taken(&definition.inputs, inputs).map_err(broken)?;
        let mut called = Scope { inputs, env, directory: path, steps: Map::new() };
        let known = self.known(&called, &called.env, project);
        called.env.extend(filled(&definition.env, &known).map_err(broken)?);
        let outputs = match &definition.body {
            StepBody::Exec { command, work_dir } => {
                let directory = match work_dir {
                    Some(text) => project.join(fill_text(text, &known).map_err(broken)?),
                    None => project.clone(),
                };
                let known = self.known(&called, &called.env, &directory);
                let words = command.iter().map(|word| fill_text(word, &known));
                let words = words.collect::<Result<Vec<_>, _>>().map_err(broken)?;
                let (program, arguments) = words.split_first().unzip();
                let spec = ExecSpec::new(program.map_or("", String::as_str), directory);
                let spec = spec.arguments(arguments.into_iter().flatten());
                self.program(spec, &called.env).await?
            }
            StepBody::Sequence { steps, outputs, delegate } => {
                for step in steps {
                    let given = Box::pin(self.step(step, &called, depth + 1)).await?;
                    called.keep(&step.name, given);
                }
                let known = self.known(&called, &called.env, project);
                let outputs = match delegate {
                    Some(name) => called.steps.get(name).map(|step| step["outputs"].clone()),
                    None => Some(fill_all(&json!(outputs), &known).map_err(broken)?),
                };
                outputs.and_then(|outputs| outputs.as_object().cloned()).unwrap_or_default()
            }
        };
        given(definition.outputs.as_ref(), outputs).map_err(broken)
    }

    /// Runs a program to its end, and answers what it wrote into its output file.
    async fn program(
        &mut self,
        mut spec: ExecSpec,
        env: &Texts,
    ) -> Result<Map<String, Json>, Stopped> {
        let session = &*self.job.session;
        let unreadable = |cause: String| Stopped::Refused(format!("what the step wrote: {cause}"));
        for name in [OUTPUTS, EXPORTS] {
            let put = session.put(&file(self.job, name), b"").await;
            put.map_err(|error| unreadable(error.to_string()))?;
        }
        spec.environment = environment::of_script(&self.job.base, &self.job.variables);
        let own = self.exports.iter().chain(env);
        spec.environment.extend(own.map(|(name, value)| (name.into(), value.into())));
        let output = Output::new(self.lane, self.coverage.as_deref_mut());
        let ending = program::run(session, spec, output, self.limits.clone()).await;
        if ending != Ending::Exited(0) {
            return Err(Stopped::Ended(ending));
        }
        for Written { name, value } in written(self.job, EXPORTS).await.map_err(unreadable)? {
            let Json::String(value) = value else {
                return Err(unreadable(format!("the exported variable {name} is no string")));
            };
            self.exports.insert(name, value);
        }
        let outputs = written(self.job, OUTPUTS).await.map_err(unreadable)?;
        Ok(outputs.into_iter().map(|line| (line.name, line.value)).collect())
    }

    /// What expressions can name.
    fn known(&self, scope: &Scope, env: &Texts, work_dir: &Path) -> Json {
        let whole = environment::of_script(&self.job.base, &self.job.variables);
        let text = |text: &std::ffi::OsStr| text.to_string_lossy().into_owned();
        let whole = whole.iter().map(|(name, value)| (text(name), text(value)));
        let own = self.exports.iter().chain(env).map(|(name, value)| (name.clone(), value.clone()));
        let env: Texts = whole.chain(own).collect();
        let variables = self.job.variables.expanded();
        // Only these, as the page says.
        let told = |name: &str| ["CI_", "DOCKER_", "GITLAB_"].iter().any(|it| name.starts_with(it));
        let variables = variables.iter().filter(|(name, _)| told(name));
        let variables: Texts =
            variables.map(|(name, variable)| (name.to_owned(), variable.value.clone())).collect();
        json!({
            "env": env,
            "export_file": file(self.job, EXPORTS),
            "inputs": scope.inputs,
            "job": variables,
            "output_file": file(self.job, OUTPUTS),
            "step_dir": scope.directory,
            "steps": scope.steps,
            "work_dir": work_dir,
        })
    }
}

/// The lines of an output or export file, each an object of JSON.
async fn written(job: &Job, name: &str) -> Result<Vec<Written>, String> {
    let content = job.session.get(&file(job, name), LARGEST).await;
    let content = content.map_err(|error| error.to_string())?.unwrap_or_default();
    let text = String::from_utf8_lossy(&content);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let read = |line: &str| {
        serde_json::from_str(line)
            .map_err(|_| format!("`{line}` is no JSON object with `name` and `value`"))
    };
    lines.map(read).collect()
}

fn file(job: &Job, name: &str) -> PathBuf {
    job.session.places().command_files.join(name)
}

async fn definition(job: &Job, directory: &Path) -> Result<StepDefinition, String> {
    let file = directory.join("step.yml");
    let content = job.session.get(&file, LARGEST).await;
    let content = content.map_err(|error| error.to_string())?;
    let content = content.ok_or_else(|| format!("there is no file {}", file.display()))?;
    let text = String::from_utf8_lossy(&content);
    StepDefinition::parse(&text).map_err(|cause| format!("{}: {cause}", file.display()))
}

fn filled(texts: &Texts, known: &Json) -> Result<Texts, String> {
    let fill = |(name, text): (&String, &String)| Ok((name.clone(), fill_text(text, known)?));
    texts.iter().map(fill).collect()
}

/// The directory of a step of the file system. Steps from elsewhere are refused.
fn local_path(reference: &Json, directory: &Path) -> Result<PathBuf, String> {
    let path = reference.as_str().filter(|path| path.starts_with('.')).ok_or_else(|| {
        let shown = reference.as_str().map_or_else(|| reference.to_string(), str::to_owned);
        format!(
            "it calls `{shown}`, which is not in the project; steps from Git and from registries are \
             not fetched here, so copy it into the project and call it by a path that begins with \
             `./`"
        )
    })?;
    let mut found = directory.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                found.pop();
            }
            Component::Normal(name) => found.push(name),
            _ => {}
        }
    }
    Ok(found)
}

/// The inputs of a step: those that it is called with, and defaults for the others.
fn taken(
    declared: &IndexMap<String, StepValue>,
    called_with: Json,
) -> Result<Map<String, Json>, String> {
    let mut inputs = called_with.as_object().cloned().unwrap_or_default();
    if let Some(unknown) = inputs.keys().find(|name| !declared.contains_key(*name)) {
        return Err(format!("it takes no input `{unknown}`"));
    }
    for (name, input) in declared {
        match (inputs.get(name), &input.default) {
            (Some(value), _) if !input.takes(value) => {
                return Err(format!("the input `{name}` is no {}", input.kind));
            }
            (None, Some(default)) => {
                inputs.insert(name.clone(), default.clone());
            }
            (None, None) => return Err(format!("the input `{name}` is missing")),
            (Some(_), _) => {}
        }
    }
    Ok(inputs)
}

/// The outputs of a step: those that its file declares, with defaults for what it did not give.
fn given(
    declared: Option<&IndexMap<String, StepValue>>,
    mut outputs: Map<String, Json>,
) -> Result<Map<String, Json>, String> {
    let Some(declared) = declared else { return Ok(outputs) };
    outputs.retain(|name, _| declared.contains_key(name));
    for (name, output) in declared {
        match (outputs.get(name), &output.default) {
            (Some(value), _) if !output.takes(value) => {
                return Err(format!("the output `{name}` is no {}", output.kind));
            }
            (None, Some(default)) => {
                outputs.insert(name.clone(), default.clone());
            }
            _ => {}
        }
    }
    Ok(outputs)
}
