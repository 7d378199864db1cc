/**
 * What a tracker may do: send requests to its server, append to its files, read events. The server is not trusted: each
 * answer has a time limit and a size limit, and redirects are never followed. Credentials go into one header, only to
 * the address in the program, and appear in no message.
 */
import { closeSync, createReadStream, fstatSync, lstatSync } from "node:fs";
import { mkdir, open, readdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  TrackerUnavailableError,
  TrackerRefusalError,
  type TrackerHttpRequest,
  type TrackerMemory,
  type TrackedFile,
  type TrackerHost,
  type TrackerImplementation,
} from "#stdlib/trackers/kind.js";
import { readHeaderSecret } from "#stdlib/secrets/shared/secret-value.js";
import { responseText, networkErrorReason, httpSend } from "../fetch/http.js";
import { parseJsonOrNull } from "../fetch/json.js";
import { FileNotRead, openRegularFile } from "../fetch/regular.js";
import { fileStampOf } from "../fetch/stamp.js";
import { readEventsSince } from "./event-reader.js";

/** Milliseconds for one answer, and the minimum upload rate of a file in bytes per second. */
export interface TrackerTimeouts {
  readonly answer: number;
  readonly pace: number;
}
export const DEFAULT_TRACKER_TIMEOUTS: TrackerTimeouts = { answer: 10_000, pace: 100_000 };
const LONGEST_ANSWER = 4 * 2 ** 20;
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

export interface TrackerConnectionOptions {
  /** Folder of the run. */
  readonly folder: string;
  /** The folder that relative paths start from. */
  readonly home: string;
  readonly place: ReturnType<TrackerImplementation["place"]>;
  readonly kept: TrackerMemory;
  readonly keep: (trackerMemory: TrackerMemory) => void;
  readonly parent: TrackerMemory | null;
  readonly signal?: AbortSignal | undefined;
  readonly patience?: TrackerTimeouts;
}

export function trackerHostOf(options: TrackerConnectionOptions): TrackerHost {
  return {
    memory: options.kept,
    keep: options.keep,
    parent: options.parent,
    read: (from) => Promise.resolve(readEventsSince(options.folder, from)),
    files: (what) => filesOf(options.folder, what),
    ask: (asking) => sendTrackerRequest(asking, options),
    append: (path, bytes) => append(resolve(options.home, path), bytes),
    async size(path) {
      const found = await stat(resolve(options.home, path)).catch(() => null);
      return found?.isFile() ? found.size : null;
    },
  };
}

/** Throws `TrackerUnavailableError` or `TrackerRefusalError`. */
export async function sendTrackerRequest(
  { method, url, json, file, env, user }: TrackerHttpRequest,
  {
    place,
    folder = "",
    signal,
    patience = DEFAULT_TRACKER_TIMEOUTS,
  }: Pick<TrackerConnectionOptions, "place" | "signal" | "patience"> & { folder?: string },
): Promise<unknown> {
  if (!("url" in place) || !url.startsWith(`${place.url}/`))
    throw new CodedError("internal", { what: "a tracker asks at another place than its own" });
  const secret = env === undefined ? null : heldBy(env);
  const milliseconds = Math.ceil(patience.answer + (1000 * (file?.bytes ?? 0)) / patience.pace);
  const limit = AbortSignal.timeout(milliseconds);
  const body = file ? bodyOf(join(folder, file.from), file) : json === undefined ? undefined : JSON.stringify(json);
  let status: number;
  let text: string;
  let location: string | undefined;
  try {
    const answer = await httpSend(url, {
      method,
      patience: milliseconds,
      signal: AbortSignal.any([limit, ...(signal ? [signal] : [])]),
      headers: {
        accept: "application/json",
        ...(json !== undefined && { "content-type": "application/json" }),
        ...(file && { "content-type": "application/octet-stream", "content-length": String(file.bytes) }),
        ...(secret !== null && { authorization: user === undefined ? `Bearer ${secret}` : basic(user, secret) }),
      },
      ...(body !== undefined && { body }),
    });
    status = answer.statusCode;
    location = [answer.headers["location"]].flat()[0];
    text = await responseText(url, answer, LONGEST_ANSWER);
  } catch (error) {
    if (typeof body === "object") body.destroy();
    signal?.throwIfAborted();
    const why = limit.aborted
      ? `it gave no complete response within ${String(Math.round(milliseconds / 100) / 10)} s`
      : networkErrorReason((error as Error).cause ?? error);
    throw new TrackerUnavailableError(without(secret, why));
  }
  return judged({ status, location, text: without(secret, text) }, env);
}

function judged(
  { status, location, text }: { readonly status: number; readonly location: string | undefined; readonly text: string },
  env: string | undefined,
): unknown {
  if (status >= 300 && status < 400)
    throw new TrackerUnavailableError(
      `it redirects to another address${location === undefined ? "" : ` (${hostOf(location)})`}, which is not followed`,
    );
  const json = text === "" ? {} : parseJsonOrNull(text, v.unknown());
  if (status >= 200 && status < 300) {
    if (json === null || json === undefined)
      throw new TrackerUnavailableError("its response is not JSON: another program answers there");
    return json;
  }
  if (status === 401 || status === 403)
    throw new TrackerUnavailableError(
      env === undefined
        ? `it requires a token (${String(status)}): write \`token: secret(env: NAME)\``
        : `it rejects the token of ${env} (${String(status)})`,
    );
  if (LATER.has(status) || status >= 500) throw new TrackerUnavailableError(`it returned ${String(status)}`);
  const parsed = v.safeParse(
    v.looseObject({ error_code: v.optional(v.string()), message: v.optional(v.string()) }),
    json,
  );
  if (!parsed.success || parsed.output.error_code === undefined)
    throw new TrackerUnavailableError(
      `it returned ${String(status)}, and not as MLflow does: another program answers there`,
    );
  const { error_code, message = "" } = parsed.output;
  throw new TrackerRefusalError(status, clipped(message) || error_code, error_code);
}

/** Reads a secret from its environment variable. Throws `TrackerUnavailableError`. */
function heldBy(env: string): string {
  try {
    return readHeaderSecret(env);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw new TrackerUnavailableError(error.message);
  }
}
const basic = (user: string, secret: string): string => `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
function without(secret: string | null, text: string): string {
  if (secret === null) return text;
  return text.replaceAll(secret, "…").replaceAll(Buffer.from(secret).toString("base64"), "…");
}
const clipped = (text: string): string => (text.length > 300 ? `${text.slice(0, 299)}…` : text).replace(/\s+/g, " ");
function hostOf(location: string): string {
  try {
    return new URL(location).host;
  } catch {
    return "a folder";
  }
}

/** Throws `TrackerUnavailableError`. */
function bodyOf(path: string, { bytes, stamp }: TrackedFile) {
  try {
    const file = openRegularFile(path);
    if (file === null) throw new FileNotRead("it has ended");
    const found = fstatSync(file);
    if (found.size !== bytes || fileStampOf(found) !== stamp) {
      closeSync(file);
      throw new FileNotRead("it changed meanwhile");
    }
    return bytes === 0 ? (closeSync(file), "") : createReadStream("", { fd: file, end: bytes - 1 });
  } catch (error) {
    if (error instanceof FileNotRead)
      throw new TrackerUnavailableError(`${path.split(/[\\/]/).at(-1) ?? ""}: ${error.why}`);
    throw error;
  }
}

/**
 * Returns the file's new size in bytes. Throws `TrackerUnavailableError` if the disk is full or the folder is not
 * writable.
 */
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
    throw new TrackerUnavailableError((error as Error).message);
  }
}

const RECORD = ["plan.json", "lock.json", "scores.jsonl", "README.md", "sweep.json"];
/** Folders that may contain the trained model, complete models first. */
const MODELS = ["merged", "model", "adapter"];

async function filesOf(folder: string, what: "record" | "model"): Promise<readonly TrackedFile[]> {
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
function fileAt(folder: string, from: string, path: string): readonly TrackedFile[] {
  const found = lstatSync(join(folder, from), { throwIfNoEntry: false });
  return found?.isFile() ? [{ path, from, bytes: found.size, stamp: fileStampOf(found) }] : [];
}
