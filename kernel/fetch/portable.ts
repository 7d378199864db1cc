/**
 * Names of files that others chose, and that may be written on any system: they lead nowhere but down, are what they look like,
 * are no device, no stream of another file and no two of them one, and no program obeys them unasked.
 */
const LONGEST = 1000;
/** Of Windows, with whatever ending: `nul`, `COM1.txt`. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;
/**
 * What runs programs, or says which, for whoever works in the folder: of version control (`git~1` is what Windows calls `.git`
 * for short), npm and its like, Jupyter, editors and shells.
 */
const OBEYED =
  /^(?:\.git|git~\d|\.hg|\.svn|\.bzr|\.jj|node_modules|package\.json|\.npmrc|\.yarnrc(?:\.yml)?|\.pnp\..*|\.pnpmfile\..*|jupyter_?\w*config(?:\.d|\.py|\.json)?|\.vscode|\.idea|\.envrc)$/i;
/** macOS passes over these in names. */
const UNSEEN = /[\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/;

/** A path with `/`. @returns why it can't be written on any system, in words that follow its name; null: it can */
export function portabilityProblem(path: string): string | null {
  if (/[\0-\u001f\u007f-\u009f]|\p{Surrogate}/u.test(path)) return "has signs that aren't seen in its name";
  if (path === "" || path.length > LONGEST) return "is empty or too long";
  if (/\\|^[A-Za-z]:|^\//.test(path)) return "leads elsewhere";
  for (const part of path.split("/")) {
    if (part === "" || part === "." || part === "..") return "leads elsewhere";
    if (UNSEEN.test(part)) return "has signs that aren't seen in its name";
    if (part.includes(":")) return "has a colon in its name, which not every system takes";
    if (/[. ]$/.test(part)) return "has a name that ends with a dot or a space, which not every system keeps";
    if (DEVICE.test(part)) return "is called like a device of Windows";
    if (OBEYED.test(part)) return "is called like what other programs obey unasked";
  }
  return null;
}

/** One for all names that some system takes for the same: `Rows.csv` and `rows.csv`, ä in one sign and in two. */
export function canonicalName(path: string): string {
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** What keeps files of these paths from lying beside each other on any system, in words; null: nothing. */
export function pathClashIn(paths: readonly string[]): string | null {
  if (new Set(paths).size < paths.length) return "a path stands twice in it";
  const files = new Map(paths.map((path) => [canonicalName(path), path]));
  if (files.size < paths.length) {
    const other = paths.find((path) => files.get(canonicalName(path)) !== path) ?? "";
    return `${other} and ${files.get(canonicalName(other)) ?? ""} are one name on some systems`;
  }
  const folders = new Map<string, string>();
  for (const path of paths)
    for (let slashIndex = path.indexOf("/"); slashIndex >= 0; slashIndex = path.indexOf("/", slashIndex + 1)) {
      const folder = path.slice(0, slashIndex);
      const same = canonicalName(folder);
      if (files.has(same)) return `${files.get(same) ?? ""} is a file and a folder in it`;
      const other = folders.get(same) ?? folder;
      if (other !== folder) return `${other} and ${folder} are one name on some systems`;
      folders.set(same, folder);
    }
  return null;
}
