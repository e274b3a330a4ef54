//! Secrets appear nowhere: on no surface, in no file of the history, in none of their usual forms.

use crate::stage::{Stage, files_below, start};

const PASSWORD: &str = "sw\"or&d/fi$sh+7";
const KEY: &str = "-----BEGIN-----\nfirstlineofkey\nsecondlineofkey";

const WORKFLOW: &str = r##"on: push
jobs:
  a:
    runs-on: x
    outputs: {o: "${{ steps.s.outputs.o }}"}
    steps:
      - name: "named ${{ secrets.PW }}"
        id: s
        env: {PW: "${{ secrets.PW }}", KEY: "${{ secrets.KEY }}"}
        run: |
          echo "plain $PW"
          printf '%s' "$PW" | base64
          printf 'x%s' "$PW" | base64
          printf 'xy%s' "$PW" | base64
          printf 'user:%s' "$PW" | base64
          python3 -c 'import os,urllib.parse,json
          p=os.environ["PW"]; print(urllib.parse.quote(p, safe="")); print(urllib.parse.quote_plus(p)); print(json.dumps({"p": p}))'
          printf '%s' "${PW:0:7}"; sleep 0.2; printf '%s' "${PW:7:3}"; sleep 0.2; printf '%s\n' "${PW:10}"
          head -c 262140 /dev/zero | tr '\0' x; echo "$PW"
          echo "$KEY" | tail -1
          echo "$KEY" | base64 -w 0
          echo "o=$PW" >> "$GITHUB_OUTPUT"
          echo "# sum $PW" >> "$GITHUB_STEP_SUMMARY"
          echo "::error file=$PW.txt,title=t $PW::bad $PW"
          echo "::notice::$PW"
          echo "::group::$PW"
          echo "LATER=$PW" >> "$GITHUB_ENV"
          echo "::add-mask::hushhush$((1+1))now"
          echo "hushhush$((1+1))now"
      - name: "later ${{ env.LATER }}"
        run: echo "$LATER"; nosuchprogram "$LATER"; exit 1
  b:
    needs: a
    if: always()
    name: "b ${{ needs.a.outputs.o }}"
    runs-on: x
    steps:
      - run: |
          cat << 'EOF'
          ${{ toJSON(secrets) }} ${{ secrets.PW }}
          EOF
"##;

/// What gives a secret away.
const FORMS: &[&str] = &[
    PASSWORD,
    "or&d/fi",
    "sw%22or",
    "sw\\\"or",
    "c3cib3ImZC9maSRzaCs3",
    "firstlineofkey",
    "secondlineofkey",
    "b3ImZC9m",
    "ZC9maSRz",
    "hushhush2now",
];

#[track_caller]
fn assert_kept(what: &str, text: &str) {
    for form in FORMS {
        assert!(!text.contains(form), "{form} is in {what}:\n{text}");
    }
}

fn run(stage: &Stage, arguments: &[&str]) -> crate::stage::Finished {
    let mut command = stage.command(arguments);
    command.env("WINDLASS_SECRET_PW", PASSWORD).env("KEY_FROM_HERE", KEY);
    start(command).finish()
}

#[test]
fn every_surface_and_every_file_is_free_of_secrets() {
    let stage = Stage::new(WORKFLOW);
    let key = format!("KEY={KEY}");
    let words = |extra: &[&'static str]| -> Vec<String> {
        let base = ["run", "-s", &key].map(str::to_owned);
        base.into_iter().chain(extra.iter().map(|it| (*it).to_owned())).collect()
    };
    for extra in [&[][..], &["--json"], &["--debug"]] {
        let words = words(extra);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let run = run(&stage, &words).expect(1).tells(&["plain ***"]);
        assert_kept("standard output", &run.out);
        assert_kept("standard error", &run.err);
    }
    for look in [
        &["runs", "view"][..],
        &["runs", "view", "--json"],
        &["runs", "logs"],
        &["runs", "list", "--json"],
    ] {
        assert_kept(&format!("{look:?}"), &stage.windlass(look).expect(0).out);
    }
    for file in files_below(&stage.state()) {
        let bytes = std::fs::read(&file).unwrap();
        assert_kept(&file.display().to_string(), &String::from_utf8_lossy(&bytes));
    }
    stage.assert_nothing_left();
}

#[test]
fn secrets_come_from_the_environment_files_and_words_and_go_to_nobody_else() {
    let stage = Stage::new(
        "on: push\njobs: {a: {runs-on: x, steps: [{run: \"echo ${#A} ${#B} ${#C}; env | grep -c -e WINDLASS_ -e insecret || true\", env: {A: \
         '${{ secrets.FROM_FILE }}', B: '${{ secrets.from_env }}', C: '${{ secrets.SAID }}'}}]}}\n",
    );
    std::fs::write(stage.beside("secrets.env"), "from_file=insecret1\nSAID=overruled\n").unwrap();
    let mut command = stage.command(&[
        "run",
        "--secret-file",
        "../secrets.env",
        "-s",
        "SAID=short",
        "-s",
        "FROM_ENV",
    ]);
    command.env("FROM_ENV", "four");
    start(command).finish().expect(0).tells(&["a | 9 4 5", "a | 1"]);
    assert!(stage.history_holds("insecret1").is_empty());
    stage.windlass(&["run", "-s", "NOWHERE"]).expect(2).complains(&["NOWHERE", "--secret-file"]);
    let list = stage.windlass(&["runs", "list"]).expect(0);
    list.conceals(&["#2"]);
}
