//! Images made of programs of this machine, for tests that need real software in a container and
//! have no registry to pull it from.

use super::ContainerEngine;

/// Makes the image `$2` in the directory `$1`: busybox for the usual commands, then each file or
/// directory of this machine at its own place, with the libraries that programs among them are
/// linked to. `$3` is a shell script that is run in the directory at last; the words up to `--` are
/// for `docker import`, those after it are the files.
const MAKE: &str = r#"
set -e; root="$1"; name="$2"; finish="$3"; shift 3
mkdir -p "$root/bin" "$root/tmp" "$root/etc" "$root/root" "$root/usr/bin"; chmod 1777 "$root/tmp"
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in $("$root/bin/busybox" --list | grep -vx busybox); do
  ln -sf busybox "$root/bin/$applet"
done
echo root:x:0:0:root:/root:/bin/sh >"$root/etc/passwd"
echo root:x:0: >"$root/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
files=; for word; do
  case "$files$word" in
    --) files=yes ;;
    yes*) cp -RL --parents "$word" "$root"
          find -L "$word" -type f '(' -perm -100 -o -name '*.so*' ')' -exec ldd '{}' + 2>/dev/null ;;
  esac
done | grep -o '/[^ ():]*\.so[^ ():]*' | sort -u | while read -r library; do
  [ -e "$root$library" ] || cp -L --parents "$library" "$root"
done
(cd "$root"; eval "$finish")
changes() { while [ "$1" != -- ]; do printf -- "--change\n%s\n" "$1"; shift; done; }
changes "$@" | tr '\n' '\0' >"$root.changes"
tar -C "$root" -c . | (xargs -0 -a "$root.changes" sh -c 'docker import "$@" - "$0"' "$name") >/dev/null
rm -rf "$root" "$root.changes"
"#;

/// An image to be made.
#[derive(Clone, Debug, Default)]
pub struct ProgramImage<'a> {
    /// Its name, with or without a tag.
    pub name: &'a str,
    /// Files and directories of this machine, which come with the libraries that they need.
    pub paths: &'a [&'a str],
    /// A shell script that is run in the image's root at last.
    pub finish: &'a str,
    /// Instructions of a Dockerfile, such as `ENTRYPOINT ["/start.sh"]`.
    pub changes: &'a [&'a str],
}

impl ContainerEngine {
    /// Makes an image of programs of this machine, with busybox for the usual commands.
    ///
    /// # Panics
    /// When a file is missing, or the engine refuses.
    #[allow(clippy::expect_used, reason = "a test's assertion")]
    pub fn import_programs(&self, image: &ProgramImage<'_>) {
        let ProgramImage { name, paths, finish, changes } = image;
        let root = self.directory().join(format!("image-{}", name.replace([':', '/'], "-")));
        let mut shell = self.command("bash");
        shell.args(["-c", MAKE, "image"]).arg(root).args([name, finish]);
        let made = shell.args(*changes).arg("--").args(*paths).output().expect("a shell");
        assert!(made.status.success(), "{name}: {}", String::from_utf8_lossy(&made.stderr));
    }
}
