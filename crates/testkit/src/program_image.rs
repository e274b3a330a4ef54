//! Images made of programs of this machine, for tests that need real software in a container and
//! have no registry to pull it from.

use super::ContainerEngine;

/// Makes the image `$2` in the directory `$1`: busybox for the usual commands, then each file or
/// directory of this machine at its own place, with the libraries that programs among them are
/// linked to. What is unpacked last comes from `$3`, a shell script that is run in the directory.
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
for path; do
  cp -RL --parents "$path" "$root"
  find -L "$path" -type f '(' -perm -100 -o -name '*.so*' ')' -exec ldd '{}' + 2>/dev/null
done | grep -o '/[^ ():]*\.so[^ ():]*' | sort -u | while read -r library; do
  [ -e "$root$library" ] || cp -L --parents "$library" "$root"
done
(cd "$root"; eval "$finish")
tar -C "$root" -c . | docker import - "$name" >/dev/null
rm -rf "$root"
"#;

impl ContainerEngine {
    /// Makes an image of these files and directories of this machine, with the libraries that they
    /// need and busybox. `finish` is a shell script that is run in the image's root at last.
    ///
    /// # Panics
    /// When a file is missing, or the engine refuses.
    #[allow(clippy::expect_used, reason = "a test's assertion")]
    pub fn import_programs(&self, name: &str, paths: &[&str], finish: &str) {
        let root = self.directory().join(format!("image-{}", name.replace([':', '/'], "-")));
        let mut shell = self.command("sh");
        shell.args(["-c", MAKE, "image"]).arg(root).args([name, finish]).args(paths);
        let made = shell.output().expect("a shell");
        assert!(made.status.success(), "{name}: {}", String::from_utf8_lossy(&made.stderr));
    }
}
