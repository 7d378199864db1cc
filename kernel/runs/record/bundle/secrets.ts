/**
 * Finds secrets in the files of a bundle. Every file is searched for the values of environment variables that a program
 * names as secrets, or whose name looks like a secret's (`OPENAI_API_KEY`), in any encoding. Programs, run files and
 * named files (not rows or weights) are also searched for text with the shape of a key, and for addresses with a
 * password.
 */
import { gunzipSync } from "node:zlib";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { secretKeyDetector } from "#stdlib/personal-data/key.js";
import { FileNotRead, readWholeFile } from "../../../fetch/regular.js";
import { secretSearchFormsOf, type SecretSearchForm } from "./forms.js";
import { SecretSearcher, type SecretMatch } from "./seek.js";
import type { FileToPack } from "./write.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";

// Locates something in a file for people: a line; in a notebook also the cell, and whether it is an output.

/** A text that people see as one unit, with its name. */
export interface NotebookExcerpt {
  /** For example `cell 3` or `an output of cell 3`. */
  readonly place: string;
  readonly bytes: Buffer;
}

/** Returns a notebook's sources and outputs, decoded; empty if it is no notebook. */
export function notebookExcerpts(path: string, content: Buffer): readonly NotebookExcerpt[] {
  if (!path.endsWith(".ipynb")) return [];
  let whole: unknown;
  try {
    whole = JSON.parse(content.toString("utf8"));
  } catch {
    return [];
  }
  const cells = isRecord(whole) && Array.isArray(whole["cells"]) ? (whole["cells"] as unknown[]) : [];
  return cells.flatMap((cell, i): readonly NotebookExcerpt[] => {
    if (!isRecord(cell)) return [];
    const place = `cell ${String(i + 1)}`;
    const outputs = textsIn(cell["outputs"]).map((text): NotebookExcerpt => ({
      place: `an output of ${place}`,
      bytes: Buffer.from(text),
    }));
    return [{ place, bytes: Buffer.from(textsIn(cell["source"]).join("")) }, ...outputs];
  });
}

/** Joins lists of lines into one text. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value))
    return value.every((one) => typeof one === "string") ? [value.join("")] : value.flatMap(textsIn);
  return isRecord(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** `offset`: position of its first byte. */
export function lineNumberAt(content: Buffer, offset: number): string {
  let line = 1;
  for (let i = content.indexOf(10); i >= 0 && i < offset; i = content.indexOf(10, i + 1)) line += 1;
  return `line ${String(line)}`;
}

const LARGEST = 64 * 2 ** 20;
/**
 * Minimum length of a secret's value; shorter values occur in texts by chance. `named`: the program names the variable
 * as a secret. `called`: only the variable's name looks like a secret's.
 */
const SHORTEST = { named: 6, called: 8 } as const;
const WRITTEN: ReadonlySet<FileToPack["sort"]> = new Set(["program", "run", "named"]);
/** Maximum number of places in the error. */
const MOST = 10;

interface Secret {
  readonly name: string;
  readonly forms: readonly SecretSearchForm[];
}
export interface FoundSecret {
  readonly file: string;
  /** For example `line 3` or `an output of cell 2`. */
  readonly place: string;
  /** The environment variable with this value; null if the text only looks like a key or a password. */
  readonly env: string | null;
  /** The encoding in which the secret was found; null if it was found unencoded. */
  readonly as: string | null;
}

/** Throws the coded error `bundle-secret` if a file contains a secret. */
export function checkNoSecrets(files: readonly FileToPack[], env: NodeJS.ProcessEnv = process.env): void {
  const named = files.filter(isWritten).flatMap((one) => namesIn(contentOf(one).toString("utf8")));
  const secrets = secretsIn(env, new Set(named));
  const seeker = new SecretSearcher(secrets.map(({ forms }) => forms));
  const found = files.flatMap((one) => foundIn(one, secrets, seeker));
  if (found.length > 0) throw new CodedError("bundle-secret", { found: found.slice(0, MOST), count: found.length });
}
const isWritten = ({ sort }: FileToPack): boolean => WRITTEN.has(sort);

/**
 * Collects the secrets among the environment variables: those named in `named` and those whose name looks like a
 * secret's.
 */
function secretsIn(env: NodeJS.ProcessEnv, named: ReadonlySet<string>): readonly Secret[] {
  return Object.entries(env).flatMap(([name, variable]): readonly Secret[] => {
    const value = variable?.trim() ?? "";
    const isSecret = named.has(name)
      ? value.length >= SHORTEST.named
      : isSecretName(name) && value.length >= SHORTEST.called && !isHarmless(value);
    if (isSecret) return [{ name, forms: secretSearchFormsOf(value) }];
    const password = passwordIn(value);
    return password.length >= SHORTEST.called && !isHarmless(password)
      ? [{ name, forms: secretSearchFormsOf(password) }]
      : [];
  });
}

/** Returns the password in an address, for example of a database or a proxy, whatever the variable's name. */
function passwordIn(value: string): string {
  const [, written = ""] = /^[a-z][\w+.-]*:\/\/[^\s/:@]*:([^\s/]+)@/i.exec(value) ?? [];
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** Returns the variable names in `secret(env: NAME)`, as written in programs, plans and locks. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/\benv\\?["']?\s*:\s*\\?"?([A-Za-z_]\w*)/g)].map(([, name = ""]) => name);
}

/** Matches `OPENAI_API_KEY`, `HF_TOKEN`, `PGPASSWORD`, `DB_PWD`; not `PWD`, `MONKEY`, `KEYMAP`. */
export function isSecretName(name: string): boolean {
  const parts = name.toUpperCase().split(/[^A-Z]+/);
  if (
    parts.some((part) =>
      /^(?:API|ACCESS|PRIVATE|SECRET|AUTH)?KEYS?$|(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE)S?$/.test(part),
    )
  )
    return true;
  return parts.length > 1 && parts.some((part) => /^(?:PASS|PWD|PAT|CREDENTIALS?)$/.test(part));
}

/** Reports whether the value is a path, or a plain word or number that cannot be distinguished from ordinary text. */
function isHarmless(value: string): boolean {
  const isPath = /^(?:(?:~|\.{1,2})?\/|[A-Za-z]:\\)/.test(value);
  return isPath || /^(?:\p{L}?\p{Ll}{1,14}|\p{Lu}{1,15}|\d{1,9})$/u.test(value);
}

function foundIn(one: FileToPack, secrets: readonly Secret[], seeker: SecretSearcher): readonly FoundSecret[] {
  if (!isWritten(one) && secrets.length === 0) return [];
  const content = contentOf(one);
  const parts = notebookExcerpts(one.path, content);
  const places = (finds: (bytes: Buffer) => readonly (SecretMatch | null)[], names: readonly (string | null)[]) => {
    const inParts = parts.map(({ place, bytes }) => ({ place: () => place, matches: finds(bytes) }));
    const inAll = { place: ({ offset }: SecretMatch) => lineNumberAt(content, offset), matches: finds(content) };
    return names.flatMap((env, i) => {
      const seen = [...inParts, inAll].flatMap(({ place, matches }): FoundSecret[] => {
        const match = matches[i];
        return match ? [{ file: one.path, place: place(match), env, as: match.as }] : [];
      });
      // A match in a notebook part is reported by its part and not again by its line.
      const shown = seen.length > 1 && inAll.matches[i] ? seen.slice(0, -1) : seen;
      return [...new Map(shown.map((each) => [each.place, each])).values()];
    });
  };
  const values = places(
    (bytes) => seeker.in(bytes),
    secrets.map(({ name }) => name),
  );
  return values.length > 0 || !isWritten(one) ? values : places((bytes) => [shapeIn(bytes)], [null]);
}

function shapeIn(content: Buffer): SecretMatch | null {
  // Latin-1 gives one character per byte, so that text offsets are byte offsets. All patterns are ASCII.
  const text = content.toString("latin1");
  const start = addressIn(text) ?? secretKeyDetector(text)[0]?.start;
  return start === undefined ? null : { offset: start, as: null };
}

/** Placeholders for a password: a variable's value, or a word such as `your-password`. */
const STANDS_FOR =
  /^(?:\*+|x+|\.+|\$?\{.*|\$\w+|\$\(.*|%\w+%|<.*>|\[.*\]|(?:your[-_]?)?(?:password|passwd|pass|pwd?|secret|token))$/i;

/** Returns the offset of the first address that contains a password. */
function addressIn(text: string): number | undefined {
  for (let separator = text.indexOf("://"); separator !== -1; separator = text.indexOf("://", separator + 3)) {
    const scheme = /[a-z][\w+.-]{0,31}$/i.exec(text.slice(Math.max(0, separator - 32), separator));
    const account = /^[^\s/:@"'\\]{0,256}:([^\s/@"'\\]{1,1024})@/.exec(text.slice(separator + 3, separator + 1400));
    if (scheme && account && !STANDS_FOR.test(account[1] ?? "")) return separator - scheme[0].length;
  }
  return undefined;
}

/**
 * Returns a file's content. Weights (`.safetensors`) are returned as empty: they are larger than any text and contain
 * no words.
 */
function contentOf(one: FileToPack): Buffer {
  if ("text" in one) return Buffer.from(one.text);
  if (one.path.endsWith(".safetensors")) return Buffer.alloc(0);
  try {
    const content = readWholeFile(one.from, LARGEST) ?? Buffer.alloc(0);
    return isGzip(content) ? unpacked(content) : content;
  } catch (error) {
    if (error instanceof FileNotRead) return Buffer.alloc(0);
    throw error;
  }
}

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
/** Decompresses the bytes. Returns them unchanged if that fails or the result exceeds the limit. */
function unpacked(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST });
  } catch {
    return bytes;
  }
}
