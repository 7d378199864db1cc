// Checks the first line of commit messages: "area: imperative", at most 72 letters. Without arguments it checks all
// commits since the one below; `--message FILE` checks one message, as the hook `tools/hooks/commit-msg` does;
// `--install` makes git use that hook in this clone.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
/** The last commit before the rule. */
const SINCE = "2f1627f50909e0e4a4f6d53becaa60612bf14a36";
const LONGEST = 72;
const SUBJECT = /^(?:Merge |Revert "|[a-z][\w.-]*(?:, [a-z][\w.-]*)*: \S)/;

/** Returns what is wrong with the subject of a commit message, or null. */
export function subjectProblem(subject) {
  if (!SUBJECT.test(subject)) return 'it must be "area: imperative", such as "readme: show the output"';
  if (subject.length > LONGEST) return `it has ${subject.length} letters; at most ${LONGEST} are allowed`;
  return null;
}

const git = (...args) =>
  execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

/** Subjects since the rule began; those that a shallow clone has; none outside of a clone. */
function subjects() {
  try {
    return git("log", "--format=%s", `${SINCE}..HEAD`).split("\n");
  } catch {
    try {
      return git("log", "--format=%s", "-1").split("\n");
    } catch {
      return [];
    }
  }
}

function main(args) {
  if (args[0] === "--install") {
    try {
      git("config", "core.hooksPath", "tools/hooks");
    } catch {
      // Not a clone, or git is missing: there is nothing to install.
    }
    return;
  }
  const lines =
    args[0] === "--message"
      ? [readFileSync(args[1], "utf8").split("\n", 1)[0]]
      : subjects().filter((line) => line !== "");
  for (const line of lines) {
    const problem = subjectProblem(line);
    if (problem === null) continue;
    console.error(`commit "${line}": ${problem}`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
