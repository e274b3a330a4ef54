//! A project in memory: files, variables, what was changed.

use std::collections::HashMap;

use indexmap::IndexMap;
use windlass_gitlab_syntax::path_pattern::PathPattern;
use windlass_gitlab_syntax::variables::predefined::{PipelineFacts, of_pipeline};
use windlass_gitlab_syntax::{
    Answer, Call, Compiled, KnownFacts, Levels, MOST_INCLUDES, Origin, Outcome, Pipeline,
    SourceRequest, SourceText, Sources, Variable, compile, local,
};

/// A project whose pipeline is for a push to the branch `main`, unless it is changed.
pub struct Project {
    pub facts: PipelineFacts,
    pub files: HashMap<String, String>,
    pub changed: Option<Vec<String>>,
    pub inputs: IndexMap<String, serde_json::Value>,
    pub variables: Vec<(String, String)>,
}

impl Project {
    pub fn new(configuration: &str) -> Self {
        let facts = PipelineFacts {
            branch: Some("main".to_owned()),
            default_branch: "main".to_owned(),
            sha: "0123456789abcdef0123456789abcdef01234567".to_owned(),
            project_path: "group/project".to_owned(),
            server_url: "https://gitlab.example".to_owned(),
            source: "push".to_owned(),
            ..PipelineFacts::default()
        };
        Self {
            facts,
            files: HashMap::from([(".gitlab-ci.yml".to_owned(), configuration.to_owned())]),
            changed: None,
            inputs: IndexMap::new(),
            variables: Vec::new(),
        }
    }

    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// A variable that the pipeline is started with.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn changed(mut self, files: &[&str]) -> Self {
        self.changed = Some(files.iter().map(|&file| file.to_owned()).collect());
        self
    }

    pub fn source(mut self, source: &str) -> Self {
        self.facts.source = source.to_owned();
        self
    }

    pub fn tag(mut self, tag: &str) -> Self {
        self.facts.tag = Some(tag.to_owned());
        self
    }

    pub fn branch(mut self, branch: &str) -> Self {
        self.facts.branch = Some(branch.to_owned());
        self
    }

    pub fn compile(&self) -> Compiled {
        let pipeline = self.variables.iter();
        let facts = KnownFacts {
            levels: Levels {
                predefined: of_pipeline(&self.facts),
                pipeline: pipeline
                    .map(|(name, value)| (name.clone(), Variable::new(value.clone())))
                    .collect(),
                ..Levels::default()
            },
            changed: self.changed.clone(),
            files: self.files.keys().cloned().collect(),
        };
        compile(&Call {
            main: self.text(".gitlab-ci.yml").unwrap(),
            inputs: self.inputs.clone(),
            sources: self,
            facts: &facts,
            most_includes: MOST_INCLUDES,
        })
    }

    /// The pipeline; panics with what is wrong when there is none.
    pub fn pipeline(&self) -> Pipeline {
        let compiled = self.compile();
        match compiled.outcome {
            Outcome::Pipeline(pipeline) => *pipeline,
            outcome => panic!("{outcome:?} {:#?}", told(&compiled.diagnostics)),
        }
    }

    /// The names of the pipeline's jobs.
    pub fn jobs(&self) -> Vec<String> {
        self.pipeline().jobs.into_keys().collect()
    }

    /// The errors, each with its place.
    pub fn errors(&self) -> Vec<String> {
        let compiled = self.compile();
        let errors = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        errors
            .map(|diagnostic| {
                let span = diagnostic.primary.as_ref().unwrap().span;
                let name = compiled.texts.name(span.source);
                format!("{name}:{} {}: {}", span.start.line, diagnostic.code, diagnostic.message)
            })
            .collect()
    }

    fn text(&self, path: &str) -> Option<SourceText> {
        Some(SourceText {
            name: path.into(),
            text: self.files.get(path)?.as_str().into(),
            origin: Origin::Project,
            component: None,
        })
    }
}

fn told(diagnostics: &[windlass_diagnostics::Diagnostic]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect()
}

impl Sources for Project {
    fn answer(&self, request: &SourceRequest) -> Answer {
        match request {
            SourceRequest::File { origin: Origin::Project, path } => match self.text(path) {
                Some(text) => Answer::Found(vec![text]),
                None => Answer::Missing("there is no such file".to_owned()),
            },
            SourceRequest::Glob { pattern, .. } => {
                let pattern = PathPattern::of_include(pattern).unwrap();
                let mut paths: Vec<_> =
                    self.files.keys().filter(|path| pattern.matches(path)).collect();
                paths.sort();
                Answer::Found(paths.into_iter().filter_map(|path| self.text(path)).collect())
            }
            SourceRequest::Template { name } => {
                local::template(name).map_or_else(Answer::Missing, Answer::Found)
            }
            _ => Answer::NotFetched,
        }
    }
}
