/**
 * Secrets in what is to be packed. Wherever it stands, the value of a variable that its words name as a secret or that is called
 * like one (`OPENAI_API_KEY`), in whichever form it is written; and, in what people and programs write of themselves (not in
 * rows and weights), whatever has the shape of a key or an address's password.
 */
import { gunzipSync } from "node:zlib";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { keyDetector } from "#stdlib/personal-data/key.js";
import { FileNotRead, readWholeFile } from "../../../fetch/regular.js";
import { decodedFormsOf, type DecodedForm } from "./forms.js";
import { lineNumberAt, notebookExcerpts } from "./places.js";
import { SecretSearcher, type SecretMatch } from "./seek.js";
import type { FileToPack } from "./write.js";

const LARGEST = 64 * 2 ** 20;
/** A value that is shorter stands in texts by chance: one that is named as a secret, and one whose variable is called so. */
const SHORTEST = { named: 6, called: 8 } as const;
const WRITTEN: ReadonlySet<FileToPack["sort"]> = new Set(["program", "run", "named"]);
/** Places that are told. */
const MOST = 10;

interface Secret {
  readonly name: string;
  readonly forms: readonly DecodedForm[];
}
export interface FoundSecret {
  readonly file: string;
  /** `line 3`, `an output of cell 2`. */
  readonly place: string;
  /** The variable whose value it is; null: it looks like a key or a password. */
  readonly env: string | null;
  /** Null: as it is. */
  readonly as: string | null;
}

/** Coded error `bundle-secret`. */
export function checkNoSecrets(files: readonly FileToPack[], env: NodeJS.ProcessEnv = process.env): void {
  const named = files.filter(isWritten).flatMap((one) => namesIn(contentOf(one).toString("utf8")));
  const secrets = secretsIn(env, new Set(named));
  const seeker = new SecretSearcher(secrets.map(({ forms }) => forms));
  const found = files.flatMap((one) => foundIn(one, secrets, seeker));
  if (found.length > 0) throw new CodedError("bundle-secret", { found: found.slice(0, MOST), count: found.length });
}
const isWritten = ({ sort }: FileToPack): boolean => WRITTEN.has(sort);

/** Of the variables that are named as secrets, or called like them. */
function secretsIn(env: NodeJS.ProcessEnv, named: ReadonlySet<string>): readonly Secret[] {
  return Object.entries(env).flatMap(([name, variable]): readonly Secret[] => {
    const value = variable?.trim() ?? "";
    const isSecret = named.has(name)
      ? value.length >= SHORTEST.named
      : isSecretName(name) && value.length >= SHORTEST.called && !isHarmless(value);
    if (isSecret) return [{ name, forms: decodedFormsOf(value) }];
    const password = passwordIn(value);
    return password.length >= SHORTEST.called && !isHarmless(password)
      ? [{ name, forms: decodedFormsOf(password) }]
      : [];
  });
}

/** Of an address, as of a database or a proxy, whatever its variable is called. */
function passwordIn(value: string): string {
  const [, written = ""] = /^[a-z][\w+.-]*:\/\/[^\s/:@]*:([^\s/]+)@/i.exec(value) ?? [];
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** `secret(env: NAME)`, as it stands in programs, plans and locks. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/\benv\\?["']?\s*:\s*\\?"?([A-Za-z_]\w*)/g)].map(([, name = ""]) => name);
}

/** `OPENAI_API_KEY`, `HF_TOKEN`, `PGPASSWORD`, `DB_PWD`; not `PWD`, `MONKEY`, `KEYMAP`. */
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

/** A path, or a plain word or number that texts are made of: nobody's secret, or one that can't be told from them. */
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
      // Parts are told, and not the lines that hold them too.
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
  // A sign for each byte, so that places are those of the bytes: what is sought is ASCII.
  const text = content.toString("latin1");
  const start = addressIn(text) ?? keyDetector(text)[0]?.start;
  return start === undefined ? null : { offset: start, as: null };
}

/** What stands for a password: a variable's value, or a word that asks for one. */
const STANDS_FOR =
  /^(?:\*+|x+|\.+|\$?\{.*|\$\w+|\$\(.*|%\w+%|<.*>|\[.*\]|(?:your[-_]?)?(?:password|passwd|pass|pwd?|secret|token))$/i;

/** Where the first address begins that has a password. */
function addressIn(text: string): number | undefined {
  for (let separator = text.indexOf("://"); separator !== -1; separator = text.indexOf("://", separator + 3)) {
    const scheme = /[a-z][\w+.-]{0,31}$/i.exec(text.slice(Math.max(0, separator - 32), separator));
    const account = /^[^\s/:@"'\\]{0,256}:([^\s/@"'\\]{1,1024})@/.exec(text.slice(separator + 3, separator + 1400));
    if (scheme && account && !STANDS_FOR.test(account[1] ?? "")) return separator - scheme[0].length;
  }
  return undefined;
}

/** Weights are larger than any text, and hold no words. */
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
/** As it is where it can't be unpacked, or comes to more than is looked through. */
function unpacked(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST });
  } catch {
    return bytes;
  }
}
