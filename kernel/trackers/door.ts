/**
 * What a tracker's word can do: ask its server, add to its files, read what happened. A server is believed nothing: it has a time
 * for each answer, a bound on its length, and is never followed elsewhere; what lets one in goes into one header, to the address
 * that the program names, and stands in no message.
 */
import { closeSync, createReadStream, fstatSync, lstatSync } from "node:fs";
import { mkdir, open, readdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  TrackerAway,
  TrackerRefuses,
  type Asking,
  type Kept,
  type RunFile,
  type TrackerDoor,
  type TrackerImplementation,
} from "#stdlib/trackers/kind.js";
import { wordNamed } from "#stdlib/secrets/shared/secret-value.js";
import { answerText, reason, send } from "../fetch/http.js";
import { jsonOrNone } from "../fetch/json.js";
import { NotRead, openRegular } from "../fetch/regular.js";
import { stampOf } from "../fetch/stamp.js";
import { happenedSince } from "./event-reader.js";

/** Milliseconds of one answer, and bytes a second that a file goes with at least. */
export interface Patience {
  readonly answer: number;
  readonly pace: number;
}
export const PATIENCE: Patience = { answer: 10_000, pace: 100_000 };
const LONGEST_ANSWER = 4 * 2 ** 20;
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

export interface Opening {
  /** Of the run. */
  readonly folder: string;
  /** Where relative paths start. */
  readonly home: string;
  readonly place: ReturnType<TrackerImplementation["place"]>;
  readonly kept: Kept;
  readonly keep: (kept: Kept) => void;
  readonly parent: Kept | null;
  readonly signal?: AbortSignal | undefined;
  readonly patience?: Patience;
}

export function doorOf(o: Opening): TrackerDoor {
  return {
    kept: o.kept,
    keep: o.keep,
    parent: o.parent,
    read: (from) => Promise.resolve(happenedSince(o.folder, from)),
    files: (what) => filesOf(o.folder, what),
    ask: (asking) => ask(asking, o),
    append: (path, bytes) => append(resolve(o.home, path), bytes),
    async size(path) {
      const found = await stat(resolve(o.home, path)).catch(() => null);
      return found?.isFile() ? found.size : null;
    },
  };
}

/** Throws `TrackerAway`, `TrackerRefuses`. */
export async function ask(
  { method, url, json, file, env, user }: Asking,
  {
    place,
    folder = "",
    signal,
    patience = PATIENCE,
  }: Pick<Opening, "place" | "signal" | "patience"> & { folder?: string },
): Promise<unknown> {
  if (!("url" in place) || !url.startsWith(`${place.url}/`))
    throw new CodedError("internal", { what: "a tracker asks at another place than its own" });
  const held = env === undefined ? null : heldBy(env);
  const milliseconds = Math.ceil(patience.answer + (1000 * (file?.bytes ?? 0)) / patience.pace);
  const limit = AbortSignal.timeout(milliseconds);
  const body = file ? bodyOf(join(folder, file.from), file) : json === undefined ? undefined : JSON.stringify(json);
  let status: number;
  let text: string;
  let location: string | undefined;
  try {
    const answer = await send(url, {
      method,
      patience: milliseconds,
      signal: AbortSignal.any([limit, ...(signal ? [signal] : [])]),
      headers: {
        accept: "application/json",
        ...(json !== undefined && { "content-type": "application/json" }),
        ...(file && { "content-type": "application/octet-stream", "content-length": String(file.bytes) }),
        ...(held !== null && { authorization: user === undefined ? `Bearer ${held}` : basic(user, held) }),
      },
      ...(body !== undefined && { body }),
    });
    status = answer.statusCode;
    location = [answer.headers["location"]].flat()[0];
    text = await answerText(url, answer, LONGEST_ANSWER);
  } catch (error) {
    if (typeof body === "object") body.destroy();
    signal?.throwIfAborted();
    const why = limit.aborted
      ? `it gave no whole answer within ${String(Math.round(milliseconds / 100) / 10)} s`
      : reason((error as Error).cause ?? error);
    throw new TrackerAway(without(held, why));
  }
  return judged({ status, location, text: without(held, text) }, env);
}

function judged(
  { status, location, text }: { readonly status: number; readonly location: string | undefined; readonly text: string },
  env: string | undefined,
): unknown {
  if (status >= 300 && status < 400)
    throw new TrackerAway(
      `it sends elsewhere${location === undefined ? "" : ` (${hostOf(location)})`}, where nobody goes`,
    );
  const json = text === "" ? {} : jsonOrNone(text, v.unknown());
  if (status >= 200 && status < 300) {
    if (json === null || json === undefined)
      throw new TrackerAway("what it answers is no JSON: another program is there");
    return json;
  }
  if (status === 401 || status === 403)
    throw new TrackerAway(
      env === undefined
        ? `it lets nobody in without a token (${String(status)}): write \`token: secret(env: NAME)\``
        : `it refuses what ${env} holds (${String(status)})`,
    );
  if (LATER.has(status) || status >= 500) throw new TrackerAway(`it answers ${String(status)}`);
  const said = v.safeParse(
    v.looseObject({ error_code: v.optional(v.string()), message: v.optional(v.string()) }),
    json,
  );
  if (!said.success || said.output.error_code === undefined)
    throw new TrackerAway(`it answers ${String(status)}, and not as MLflow does: another program is there`);
  const { error_code, message = "" } = said.output;
  throw new TrackerRefuses(status, clipped(message) || error_code, error_code);
}

/** Throws `TrackerAway`. */
function heldBy(env: string): string {
  try {
    return wordNamed(env);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw new TrackerAway(error.message);
  }
}
const basic = (user: string, held: string): string => `Basic ${Buffer.from(`${user}:${held}`).toString("base64")}`;
function without(held: string | null, text: string): string {
  if (held === null) return text;
  return text.replaceAll(held, "…").replaceAll(Buffer.from(held).toString("base64"), "…");
}
const clipped = (text: string): string => (text.length > 300 ? `${text.slice(0, 299)}…` : text).replace(/\s+/g, " ");
function hostOf(location: string): string {
  try {
    return new URL(location).host;
  } catch {
    return "a place of its own";
  }
}

/** Throws `TrackerAway`. */
function bodyOf(path: string, { bytes, stamp }: RunFile) {
  try {
    const file = openRegular(path);
    if (file === null) throw new NotRead("it is gone");
    const found = fstatSync(file);
    if (found.size !== bytes || stampOf(found) !== stamp) {
      closeSync(file);
      throw new NotRead("it changed meanwhile");
    }
    return bytes === 0 ? (closeSync(file), "") : createReadStream("", { fd: file, end: bytes - 1 });
  } catch (error) {
    if (error instanceof NotRead) throw new TrackerAway(`${path.split(/[\\/]/).at(-1) ?? ""}: ${error.why}`);
    throw error;
  }
}

/** How many bytes the file then has. Throws `TrackerAway`: the disk is full, the folder may not be written. */
async function append(path: string, bytes: Uint8Array): Promise<number> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "a");
    try {
      await file.appendFile(bytes);
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new TrackerAway((error as Error).message);
  }
}

const RECORD = ["plan.json", "lock.json", "scores.jsonl", "README.md", "sweep.json"];
/** Folders that may hold the trained model, what is whole first. */
const MODELS = ["merged", "model", "adapter"];

async function filesOf(folder: string, what: "record" | "model"): Promise<readonly RunFile[]> {
  if (what === "record") return RECORD.flatMap((name) => fileAt(folder, name, name));
  for (const name of MODELS) {
    const root = join(folder, name);
    const found = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => []);
    const files = found.flatMap((one) => {
      if (!one.isFile() || one.name.startsWith(".")) return [];
      const inside = relative(root, join(one.parentPath, one.name));
      return fileAt(folder, join(name, inside), `model/${inside.split(sep).join("/")}`);
    });
    if (files.length > 0) return files;
  }
  return [];
}
function fileAt(folder: string, from: string, path: string): readonly RunFile[] {
  const found = lstatSync(join(folder, from), { throwIfNoEntry: false });
  return found?.isFile() ? [{ path, from, bytes: found.size, stamp: stampOf(found) }] : [];
}
