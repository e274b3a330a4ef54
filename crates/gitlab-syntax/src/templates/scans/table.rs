//! The scans that have a template, as the documentation describes their jobs.

/// A template.
pub(super) struct Scan {
    /// Its name.
    pub name: &'static str,
    /// The page that it is written from.
    pub source: &'static str,
    /// Variables of the whole pipeline, with the defaults that the page gives.
    pub variables: &'static [(&'static str, &'static str)],
    /// The job that is there for configuration only, which all others extend.
    pub base: Option<&'static str>,
    /// The variable that switches the scan off, as people write it.
    pub switch: &'static str,
    /// The condition under which it is off.
    pub disabled: &'static str,
    /// The variable with the names of the analyzers that are left out.
    pub excluded: Option<&'static str>,
    /// Whether `AST_ENABLE_MR_PIPELINES` matters.
    pub knows_merge_requests: bool,
    /// What the jobs run.
    pub command: &'static str,
    /// Services of the jobs.
    pub services: &'static [&'static str],
    /// `artifacts:reports`.
    pub reports: &'static [(&'static str, &'static str)],
    /// The jobs.
    pub analyzers: &'static [Analyzer],
}

/// A job of a scan.
pub(super) struct Analyzer {
    /// Its name in the variable that leaves analyzers out.
    pub name: &'static str,
    /// The name of the job.
    pub job: &'static str,
    /// Its image.
    pub image: &'static str,
    /// Variables of this job.
    pub variables: &'static [(&'static str, &'static str)],
    /// A condition of its own under which it does not run.
    pub unwanted: Option<&'static str>,
    /// It runs where there is a file of these patterns; in any case if there are none.
    pub files: &'static [&'static str],
}

/// An analyzer without anything special; the rest is filled in.
const PLAIN: Analyzer =
    Analyzer { name: "", job: "", image: "", variables: &[], unwanted: None, files: &[] };

const PREFIX: (&str, &str) =
    ("SECURE_ANALYZERS_PREFIX", "$CI_TEMPLATE_REGISTRY_HOST/security-products");

const SBOM: (&str, &str) = ("cyclonedx", "**/gl-sbom-*.cdx.json");

const ANALYZER: &str = "/analyzer run";

/// All of them, as people look for them.
pub(super) const ALL: [Scan; 6] =
    [SAST, INFRASTRUCTURE, SECRET_DETECTION, DEPENDENCY_SCANNING, CONTAINER_SCANNING, CODE_QUALITY];

const SAST: Scan = Scan {
    name: "Jobs/SAST.gitlab-ci.yml",
    source: "\"Static application security testing (SAST)\" and \"SAST analyzers\", \
             https://docs.gitlab.com/user/application_security/sast/",
    variables: &[
        PREFIX,
        ("SAST_IMAGE_SUFFIX", ""),
        ("SAST_EXCLUDED_ANALYZERS", ""),
        ("SAST_EXCLUDED_PATHS", "spec, test, tests, tmp"),
        ("SCAN_KUBERNETES_MANIFESTS", "false"),
    ],
    base: Some("sast"),
    switch: "SAST_DISABLED",
    disabled: "$SAST_DISABLED == 'true' || $SAST_DISABLED == '1'",
    excluded: Some("SAST_EXCLUDED_ANALYZERS"),
    knows_merge_requests: true,
    command: ANALYZER,
    services: &[],
    reports: &[("sast", "gl-sast-report.json")],
    analyzers: &[
        Analyzer {
            name: "gitlab-advanced-sast",
            job: "gitlab-advanced-sast",
            image: "$SECURE_ANALYZERS_PREFIX/gitlab-advanced-sast:$SAST_ANALYZER_IMAGE_TAG\
                    $SAST_IMAGE_SUFFIX",
            variables: &[("SAST_ANALYZER_IMAGE_TAG", "2"), ("SEARCH_MAX_DEPTH", "20")],
            unwanted: Some(
                "$GITLAB_ADVANCED_SAST_ENABLED != 'true' && $GITLAB_ADVANCED_SAST_ENABLED != '1'",
            ),
            files: &[
                "**/*.py",
                "**/*.go",
                "**/*.java",
                "**/*.jsp",
                "**/*.js",
                "**/*.jsx",
                "**/*.ts",
                "**/*.tsx",
                "**/*.cs",
                "**/*.rb",
                "**/*.php",
            ],
        },
        Analyzer {
            name: "kubesec",
            job: "kubesec-sast",
            image: "$SECURE_ANALYZERS_PREFIX/kubesec:$SAST_ANALYZER_IMAGE_TAG",
            variables: &[("SAST_ANALYZER_IMAGE_TAG", "6"), ("SEARCH_MAX_DEPTH", "4")],
            unwanted: Some("$SCAN_KUBERNETES_MANIFESTS != 'true'"),
            ..PLAIN
        },
        Analyzer {
            name: "pmd-apex",
            job: "pmd-apex-sast",
            image: "$SECURE_ANALYZERS_PREFIX/pmd-apex:$SAST_ANALYZER_IMAGE_TAG",
            variables: &[("SAST_ANALYZER_IMAGE_TAG", "6"), ("SEARCH_MAX_DEPTH", "4")],
            files: &["**/*.cls"],
            ..PLAIN
        },
        Analyzer {
            name: "semgrep",
            job: "semgrep-sast",
            image: "$SECURE_ANALYZERS_PREFIX/semgrep:$SAST_ANALYZER_IMAGE_TAG$SAST_IMAGE_SUFFIX",
            variables: &[("SAST_ANALYZER_IMAGE_TAG", "6"), ("SEARCH_MAX_DEPTH", "20")],
            files: &[
                "**/*.c",
                "**/*.cc",
                "**/*.cpp",
                "**/*.h",
                "**/*.hpp",
                "**/*.cs",
                "**/*.go",
                "**/*.java",
                "**/*.js",
                "**/*.jsx",
                "**/*.ts",
                "**/*.tsx",
                "**/*.kt",
                "**/*.m",
                "**/*.php",
                "**/*.properties",
                "**/*.py",
                "**/*.rb",
                "**/*.sc",
                "**/*.scala",
                "**/*.swift",
                "**/application*.yml",
                "**/application*.yaml",
                "**/bootstrap*.yml",
                "**/bootstrap*.yaml",
            ],
            ..PLAIN
        },
        Analyzer {
            name: "sobelow",
            job: "sobelow-sast",
            image: "$SECURE_ANALYZERS_PREFIX/sobelow:$SAST_ANALYZER_IMAGE_TAG",
            variables: &[("SAST_ANALYZER_IMAGE_TAG", "6"), ("SEARCH_MAX_DEPTH", "4")],
            files: &["**/mix.exs"],
            ..PLAIN
        },
        Analyzer {
            name: "spotbugs",
            job: "spotbugs-sast",
            image: "$SECURE_ANALYZERS_PREFIX/spotbugs:$SAST_ANALYZER_IMAGE_TAG",
            variables: &[("SAST_ANALYZER_IMAGE_TAG", "6"), ("SEARCH_MAX_DEPTH", "4")],
            files: &["**/*.groovy"],
            ..PLAIN
        },
    ],
};

const INFRASTRUCTURE: Scan = Scan {
    name: "Jobs/SAST-IaC.gitlab-ci.yml",
    source: "\"Infrastructure as Code scanning\", \
             https://docs.gitlab.com/user/application_security/iac_scanning/",
    variables: &[
        PREFIX,
        ("SAST_IMAGE_SUFFIX", ""),
        ("SAST_EXCLUDED_PATHS", "spec, test, tests, tmp"),
    ],
    base: Some("iac-sast"),
    analyzers: &[Analyzer {
        name: "kics",
        job: "kics-iac-sast",
        image: "$SECURE_ANALYZERS_PREFIX/kics:$SAST_ANALYZER_IMAGE_TAG$SAST_IMAGE_SUFFIX",
        variables: &[("SAST_ANALYZER_IMAGE_TAG", "6")],
        ..PLAIN
    }],
    ..SAST
};

const SECRET_DETECTION: Scan = Scan {
    name: "Jobs/Secret-Detection.gitlab-ci.yml",
    source: "\"Pipeline secret detection\", \
             https://docs.gitlab.com/user/application_security/secret_detection/pipeline/",
    variables: &[
        PREFIX,
        ("SECRETS_ANALYZER_VERSION", "7"),
        ("SECRET_DETECTION_IMAGE_SUFFIX", ""),
        ("SECRET_DETECTION_EXCLUDED_PATHS", ""),
    ],
    base: None,
    switch: "SECRET_DETECTION_DISABLED",
    disabled: "$SECRET_DETECTION_DISABLED == 'true' || $SECRET_DETECTION_DISABLED == '1'",
    excluded: None,
    knows_merge_requests: true,
    command: ANALYZER,
    services: &[],
    reports: &[("secret_detection", "gl-secret-detection-report.json")],
    analyzers: &[Analyzer {
        job: "secret_detection",
        image: "$SECURE_ANALYZERS_PREFIX/secrets:$SECRETS_ANALYZER_VERSION\
                $SECRET_DETECTION_IMAGE_SUFFIX",
        variables: &[("GIT_DEPTH", "50")],
        ..PLAIN
    }],
};

const DEPENDENCY_SCANNING: Scan = Scan {
    name: "Jobs/Dependency-Scanning.gitlab-ci.yml",
    source: "\"Dependency scanning\" (by Gemnasium), \
             https://docs.gitlab.com/user/application_security/dependency_scanning/",
    variables: &[
        PREFIX,
        ("DS_MAJOR_VERSION", "6"),
        ("DS_IMAGE_SUFFIX", ""),
        ("DS_EXCLUDED_ANALYZERS", ""),
        ("DS_EXCLUDED_PATHS", "spec, test, tests, tmp"),
    ],
    base: Some("dependency_scanning"),
    switch: "DEPENDENCY_SCANNING_DISABLED",
    disabled: "$DEPENDENCY_SCANNING_DISABLED == 'true' || $DEPENDENCY_SCANNING_DISABLED == '1'",
    excluded: Some("DS_EXCLUDED_ANALYZERS"),
    knows_merge_requests: true,
    command: ANALYZER,
    services: &[],
    reports: &[("dependency_scanning", "gl-dependency-scanning-report.json"), SBOM],
    analyzers: &[
        Analyzer {
            name: "gemnasium",
            job: "gemnasium-dependency_scanning",
            image: "$SECURE_ANALYZERS_PREFIX/gemnasium:$DS_MAJOR_VERSION$DS_IMAGE_SUFFIX",
            files: &[
                "**/Gemfile.lock",
                "**/gems.locked",
                "**/composer.lock",
                "**/go.mod",
                "**/go.sum",
                "**/npm-shrinkwrap.json",
                "**/package-lock.json",
                "**/yarn.lock",
                "**/pnpm-lock.yaml",
                "**/packages.lock.json",
                "**/conan.lock",
            ],
            ..PLAIN
        },
        Analyzer {
            name: "gemnasium-maven",
            job: "gemnasium-maven-dependency_scanning",
            image: "$SECURE_ANALYZERS_PREFIX/gemnasium-maven:$DS_MAJOR_VERSION$DS_IMAGE_SUFFIX",
            files: &["**/build.gradle", "**/build.gradle.kts", "**/build.sbt", "**/pom.xml"],
            ..PLAIN
        },
        Analyzer {
            name: "gemnasium-python",
            job: "gemnasium-python-dependency_scanning",
            image: "$SECURE_ANALYZERS_PREFIX/gemnasium-python:$DS_MAJOR_VERSION$DS_IMAGE_SUFFIX",
            files: &[
                "**/requirements.txt",
                "**/requirements.pip",
                "**/Pipfile",
                "**/Pipfile.lock",
                "**/requires.txt",
                "**/setup.py",
                "**/poetry.lock",
                "**/uv.lock",
            ],
            ..PLAIN
        },
    ],
};

const CONTAINER_SCANNING: Scan = Scan {
    name: "Jobs/Container-Scanning.gitlab-ci.yml",
    source: "\"Container scanning\", \
             https://docs.gitlab.com/user/application_security/container_scanning/",
    variables: &[(
        "CS_ANALYZER_IMAGE",
        "$CI_TEMPLATE_REGISTRY_HOST/security-products/container-scanning:8",
    )],
    base: None,
    switch: "CONTAINER_SCANNING_DISABLED",
    disabled: "$CONTAINER_SCANNING_DISABLED == 'true' || $CONTAINER_SCANNING_DISABLED == '1'",
    excluded: None,
    knows_merge_requests: true,
    command: "gtcs scan",
    services: &[],
    reports: &[("container_scanning", "gl-container-scanning-report.json"), SBOM],
    analyzers: &[Analyzer {
        job: "container_scanning",
        image: "$CS_ANALYZER_IMAGE$CS_IMAGE_SUFFIX",
        // An image is scanned, not the project.
        variables: &[("GIT_STRATEGY", "none"), ("CS_IMAGE_SUFFIX", "")],
        ..PLAIN
    }],
};

const CODE_QUALITY: Scan = Scan {
    name: "Jobs/Code-Quality.gitlab-ci.yml",
    source: "\"Configure CodeClimate-based Code Quality scanning\", \
             https://docs.gitlab.com/ci/testing/code_quality_codeclimate_scanning/",
    variables: &[],
    base: None,
    switch: "CODE_QUALITY_DISABLED",
    disabled: "$CODE_QUALITY_DISABLED",
    excluded: None,
    knows_merge_requests: false,
    command: "docker run --rm --env SOURCE_CODE=\"$PWD\" --volume \"$PWD\":/code \
              --volume /var/run/docker.sock:/var/run/docker.sock \"$CODE_QUALITY_IMAGE\" /code",
    services: &["docker:dind"],
    reports: &[("codequality", "gl-code-quality-report.json")],
    analyzers: &[Analyzer {
        job: "code_quality",
        image: "docker:cli",
        variables: &[
            ("CODE_QUALITY_IMAGE", "registry.gitlab.com/gitlab-org/ci-cd/codequality:0.96.0"),
            ("DOCKER_TLS_CERTDIR", ""),
        ],
        ..PLAIN
    }],
};
