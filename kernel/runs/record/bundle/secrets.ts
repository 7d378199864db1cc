/**
 * Secrets in what is to be packed. Wherever it stands, the value of a variable that its words name as a secret or that is called
 * like one (`OPENAI_API_KEY`), in whichever form it is written; and, in what people and programs write of themselves (not in
 * rows and weights), whatever has the shape of a key or an address's password.
 */
import { gunzipSync } from "node:zlib";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { key } from "#stdlib/personal-data/key.js";
import { NotRead, readWhole } from "../../../fetch/regular.js";
import { formsOf, type Form } from "./forms.js";
import { lineOf, partsOf } from "./places.js";
import { Seeker, type Match } from "./seek.js";
import type { Packed } from "./write.js";

const LARGEST = 64 * 2 ** 20;
/** A value that is shorter stands in texts by chance: one that is named as a secret, and one whose variable is called so. */
const SHORTEST = { named: 6, called: 8 } as const;
const WRITTEN: ReadonlySet<Packed["sort"]> = new Set(["program", "run", "named"]);
/** Places that are told. */
const MOST = 10;

interface Secret {
  readonly name: string;
  readonly forms: readonly Form[];
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
export function demandNoSecrets(files: readonly Packed[], env: NodeJS.ProcessEnv = process.env): void {
  const named = files.filter(isWritten).flatMap((one) => namesIn(contentOf(one).toString("utf8")));
  const secrets = secretsIn(env, new Set(named));
  const seeker = new Seeker(secrets.map(({ forms }) => forms));
  const found = files.flatMap((one) => foundIn(one, secrets, seeker));
  if (found.length > 0) throw new CodedError("bundle-secret", { found: found.slice(0, MOST), count: found.length });
}
const isWritten = ({ sort }: Packed): boolean => WRITTEN.has(sort);

/** Of the variables that are named as secrets, or called like them. */
function secretsIn(env: NodeJS.ProcessEnv, named: ReadonlySet<string>): readonly Secret[] {
  return Object.entries(env).flatMap(([name, held]): readonly Secret[] => {
    const value = held?.trim() ?? "";
    const isSecret = named.has(name)
      ? value.length >= SHORTEST.named
      : isCalledSecret(name) && value.length >= SHORTEST.called && !isHarmless(value);
    if (isSecret) return [{ name, forms: formsOf(value) }];
    const password = passwordIn(value);
    return password.length >= SHORTEST.called && !isHarmless(password) ? [{ name, forms: formsOf(password) }] : [];
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
export function isCalledSecret(name: string): boolean {
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

function foundIn(one: Packed, secrets: readonly Secret[], seeker: Seeker): readonly FoundSecret[] {
  if (!isWritten(one) && secrets.length === 0) return [];
  const content = contentOf(one);
  const parts = partsOf(one.path, content);
  const places = (finds: (bytes: Buffer) => readonly (Match | null)[], names: readonly (string | null)[]) => {
    const inParts = parts.map(({ place, bytes }) => ({ place: () => place, matches: finds(bytes) }));
    const inAll = { place: ({ at }: Match) => lineOf(content, at), matches: finds(content) };
    return names.flatMap((env, i) => {
      const seen = [...inParts, inAll].flatMap(({ place, matches }): FoundSecret[] => {
        const match = matches[i];
        return match ? [{ file: one.path, place: place(match), env, as: match.as }] : [];
      });
      // Parts are told, and not the lines that hold them too.
      const told = seen.length > 1 && inAll.matches[i] ? seen.slice(0, -1) : seen;
      return [...new Map(told.map((each) => [each.place, each])).values()];
    });
  };
  const values = places(
    (bytes) => seeker.in(bytes),
    secrets.map(({ name }) => name),
  );
  return values.length > 0 || !isWritten(one) ? values : places((bytes) => [shapeIn(bytes)], [null]);
}

function shapeIn(content: Buffer): Match | null {
  // A sign for each byte, so that places are those of the bytes: what is sought is ASCII.
  const text = content.toString("latin1");
  const at = addressIn(text) ?? key(text)[0]?.start;
  return at === undefined ? null : { at, as: null };
}

/** What stands for a password: a variable's value, or a word that asks for one. */
const STANDS_FOR =
  /^(?:\*+|x+|\.+|\$?\{.*|\$\w+|\$\(.*|%\w+%|<.*>|\[.*\]|(?:your[-_]?)?(?:password|passwd|pass|pwd?|secret|token))$/i;

/** Where the first address begins that has a password. */
function addressIn(text: string): number | undefined {
  for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", at + 3)) {
    const scheme = /[a-z][\w+.-]{0,31}$/i.exec(text.slice(Math.max(0, at - 32), at));
    const account = /^[^\s/:@"'\\]{0,256}:([^\s/@"'\\]{1,1024})@/.exec(text.slice(at + 3, at + 1400));
    if (scheme && account && !STANDS_FOR.test(account[1] ?? "")) return at - scheme[0].length;
  }
  return undefined;
}

/** Weights are larger than any text, and hold no words. */
function contentOf(one: Packed): Buffer {
  if ("text" in one) return Buffer.from(one.text);
  if (one.path.endsWith(".safetensors")) return Buffer.alloc(0);
  try {
    const content = readWhole(one.from, LARGEST) ?? Buffer.alloc(0);
    return isGzip(content) ? unpacked(content) : content;
  } catch (error) {
    if (error instanceof NotRead) return Buffer.alloc(0);
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
