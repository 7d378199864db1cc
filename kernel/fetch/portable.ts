/**
 * Checks foreign file names that may be written on any system: they must stay inside the folder, look like what they
 * are, be no device or alternate stream, be distinct, and not be files that programs execute or obey automatically.
 */
const LONGEST = 1000;
/** Windows devices with any extension: `nul`, `COM1.txt`. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;
/**
 * Files that run programs, or configure which to run, for anyone working in the folder: of version control (`git~1` is
 * the short name of `.git` on Windows), npm and similar tools, Jupyter, editors and shells.
 */
const OBEYED =
  /^(?:\.git|git~\d|\.hg|\.svn|\.bzr|\.jj|node_modules|package\.json|\.npmrc|\.yarnrc(?:\.yml)?|\.pnp\..*|\.pnpmfile\..*|jupyter_?\w*config(?:\.d|\.py|\.json)?|\.vscode|\.idea|\.envrc)$/i;
/** macOS ignores these in names. */
const UNSEEN = /[\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/;

/** A path with `/`. @returns why it can't be written on some system, in words that follow its name; null if it can */
export function portabilityProblem(path: string): string | null {
  if (/[\0-\u001f\u007f-\u009f]|\p{Surrogate}/u.test(path)) return "has invisible characters in its name";
  if (path === "" || path.length > LONGEST) return "is empty or too long";
  if (/\\|^[A-Za-z]:|^\//.test(path)) return "leads elsewhere";
  for (const part of path.split("/")) {
    if (part === "" || part === "." || part === "..") return "leads elsewhere";
    if (UNSEEN.test(part)) return "has invisible characters in its name";
    if (part.includes(":")) return "has a colon in its name, which some systems do not allow";
    if (/[. ]$/.test(part)) return "has a name that ends with a dot or a space, which some systems do not keep";
    if (DEVICE.test(part)) return "is called like a device of Windows";
    if (OBEYED.test(part)) return "has a name that other programs run or obey automatically";
  }
  return null;
}

/**
 * One form for all names that some system treats as equal: `Rows.csv` and `rows.csv`, ä as one character and as two.
 */
export function canonicalPath(path: string): string {
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** Why files with these paths can't coexist on some system; null if they can. */
export function pathClashIn(paths: readonly string[]): string | null {
  if (new Set(paths).size < paths.length) return "a path occurs twice in it";
  const files = new Map(paths.map((path) => [canonicalPath(path), path]));
  if (files.size < paths.length) {
    const other = paths.find((path) => files.get(canonicalPath(path)) !== path) ?? "";
    return `${other} and ${files.get(canonicalPath(other)) ?? ""} are the same name on some systems`;
  }
  const folders = new Map<string, string>();
  for (const path of paths)
    for (let slashIndex = path.indexOf("/"); slashIndex >= 0; slashIndex = path.indexOf("/", slashIndex + 1)) {
      const folder = path.slice(0, slashIndex);
      const same = canonicalPath(folder);
      if (files.has(same)) return `${files.get(same) ?? ""} is a file and a folder in it`;
      const other = folders.get(same) ?? folder;
      if (other !== folder) return `${other} and ${folder} are the same name on some systems`;
      folders.set(same, folder);
    }
  return null;
}
