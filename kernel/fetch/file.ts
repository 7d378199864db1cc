/**
 * Downloads a file: verified by its checksum, resumable, and safe if two processes want the same file. An incomplete
 * file is next to its target as `NAME.part` and is renamed at the end, so a file under its own name is always complete.
 */
import { createHash, type Hash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { lstat, mkdir, open, rename, rm, stat, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { withFileLock } from "./cache.js";
import { demandDiskSpace, diskError } from "./disk.js";
import { PRIVATE_MODES } from "./private.js";
import { httpGet, networkErrorReason } from "./http.js";

export interface FetchOptions {
  /** Required checksum, hexadecimal. */
  readonly sha256?: string;
  /** Required size in bytes. */
  readonly size?: number;
  /** Maximum bytes, if the size isn't known. */
  readonly most?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes the file readable by the user only: it was fetched with a password or key. */
  readonly isPrivate?: boolean;
  /** Bypasses all proxies. */
  readonly direct?: true;
  /** Receives bytes so far and in total (null while unknown), at most several times a second. */
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
  /** Attempts without progress before it gives up (default 5); attempts that received something are not counted. */
  readonly attempts?: number;
}

/**
 * Fetches `url` to `target`. An existing target with the right checksum (or any, if none is given) is not changed.
 * Coded errors: `network-failed` and `disk-full` (the partial file stays for the next attempt), `checksum-mismatch` and
 * `untrusted-answer` (it is deleted), `cannot-write`.
 */
export async function fetchFile(url: string, target: string, options: FetchOptions = {}): Promise<void> {
  if (await isFileIntact(target, options)) return;
  try {
    await mkdir(dirname(target), { recursive: true, ...(options.isPrivate && { mode: PRIVATE_MODES.folder }) });
    await withFileLock(target, async () => {
      if (await isFileIntact(target, options)) return;
      await rm(target, { force: true });
      await fetchPart(url, `${target}.part`, options);
      await rename(`${target}.part`, target);
    });
  } catch (e) {
    throw diskError(e, target);
  }
}

/** Whether the file exists with the required size and checksum. */
export async function isFileIntact(
  file: string,
  want: { readonly sha256?: string; readonly size?: number },
): Promise<boolean> {
  const length = await sizeOf(file);
  if (length === null || (want.size !== undefined && length !== want.size)) return false;
  return want.sha256 === undefined || (await sha256Of(file)) === want.sha256;
}

/** Hexadecimal SHA-256 of a file. */
export async function sha256Of(file: string): Promise<string> {
  return (await hashOf(file)).digest("hex");
}

async function hashOf(file: string): Promise<Hash> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash;
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch {
    return null;
  }
}

async function fetchPart(url: string, part: string, options: FetchOptions): Promise<void> {
  const attempts = options.attempts ?? 5;
  let failures = 0;
  // Anything at that path that is not a regular file was not left by an earlier attempt; a link could lead anywhere.
  if ((await lstat(part).catch(() => null))?.isFile() === false) await rm(part, { force: true });
  let had = (await sizeOf(part)) ?? 0;
  let hash = had > 0 ? await hashOf(part) : createHash("sha256");
  if (options.size !== undefined) await demandDiskSpace(part, options.size - had);
  for (;;) {
    const before = had;
    try {
      if (had !== options.size) ({ had, hash } = await receive(url, part, had, hash, options));
      break;
    } catch (e) {
      if (options.signal?.aborted === true) throw e;
      if (e instanceof TooLong) {
        await rm(part, { force: true });
        const [place, value] = [redactedUrl(url), `more than ${String(e.most)} bytes`];
        if (options.size === undefined)
          throw new CodedError("untrusted-answer", { url: place, what: "a file of a size", value });
        throw new CodedError("checksum-mismatch", {
          url: place,
          expected: `${String(options.size)} bytes`,
          got: value,
        });
      }
      const code = (e as NodeJS.ErrnoException).code;
      if (code !== undefined && diskError(e, part) !== e) throw diskError(e, part);
      if (e instanceof CodedError && e.code !== "network-failed") throw e;
      had = (await sizeOf(part)) ?? 0;
      hash = had > 0 ? await hashOf(part) : createHash("sha256");
      failures = had > before ? 0 : failures + 1;
      if (failures >= attempts || e instanceof Refused || isNoAddress(e)) throw codedNetwork(url, e);
      await new Promise((wake) => setTimeout(wake, Math.min(200 * 2 ** failures, 5_000)));
    }
  }
  const got = hash.digest("hex");
  const wrongSize = options.size !== undefined && had !== options.size;
  if (wrongSize || (options.sha256 !== undefined && got !== options.sha256)) {
    await rm(part, { force: true });
    const expected = options.sha256 ?? `${String(options.size)} bytes`;
    throw new CodedError("checksum-mismatch", {
      url: redactedUrl(url),
      expected,
      got: options.sha256 === undefined ? `${String(had)} bytes` : got,
    });
  }
}

/** The server rejected the request: retrying is useless. */
class Refused extends Error {}

function codedNetwork(url: string, e: unknown): unknown {
  if (e instanceof CodedError) return e;
  return new CodedError("network-failed", { url: redactedUrl(url), why: networkErrorReason(e) }, { cause: e });
}

/** The URL, or a redirect's target, is not an HTTP URL: retrying is useless. */
function isNoAddress(e: unknown): boolean {
  const { cause } = e as { readonly cause?: NodeJS.ErrnoException };
  return /^(ERR_INVALID_URL|UND_ERR_INVALID_ARG)$/.test(cause?.code ?? "");
}

/** The server sent more than the maximum; the response may be endless. */
class TooLong extends Error {
  constructor(readonly most: number) {
    super(`more than ${String(most)} bytes came`);
  }
}

/** Refuses to open symbolic links, on systems that support it. */
const NO_LINK = process.platform === "win32" ? 0 : constants.O_NOFOLLOW;

/** One attempt: appends to the partial file. Throws when the connection breaks; what was received is on disk then. */
async function receive(
  url: string,
  part: string,
  from: number,
  hash: Hash,
  options: FetchOptions,
): Promise<{ had: number; hash: Hash }> {
  const answer = await httpGet(url, {
    headers: { ...options.headers, ...(from > 0 ? { range: `bytes=${String(from)}-` } : {}) },
    signal: options.signal,
    direct: options.direct,
  });
  if (answer.statusCode === 416) {
    await answer.body.dump();
    if (options.size === undefined) return { had: from, hash }; // The partial file was complete; the checksum will tell.
    await truncate(part, 0);
    throw new Error("the server has fewer bytes than were kept");
  }
  if (answer.statusCode !== 200 && answer.statusCode !== 206) {
    await answer.body.dump();
    const text = `status ${String(answer.statusCode)}`;
    throw answer.statusCode >= 500 || answer.statusCode === 429 ? new Error(text) : new Refused(text);
  }
  if (answer.statusCode === 200 && from > 0) {
    from = 0; // The server does not support ranges and sends the complete file.
    hash = createHash("sha256");
  }
  const length = Number(answer.headers["content-length"] ?? NaN);
  const total = options.size ?? (Number.isFinite(length) ? from + length : null);
  const most = options.size ?? options.most ?? Infinity;
  const out = await open(
    part,
    constants.O_WRONLY | constants.O_CREAT | (from > 0 ? constants.O_APPEND : constants.O_TRUNC) | NO_LINK,
    options.isPrivate ? PRIVATE_MODES.file : undefined,
  );
  let had = from;
  let lastReportTime = 0;
  try {
    options.onProgress?.(had, total);
    for await (const chunk of answer.body) {
      const bytes = chunk as Buffer;
      if (had + bytes.length > most) throw new TooLong(most);
      try {
        await out.writeFile(bytes);
      } catch (e) {
        throw diskError(e, part, total);
      }
      hash.update(bytes);
      had += bytes.length;
      if (Date.now() - lastReportTime > 100) {
        lastReportTime = Date.now();
        options.onProgress?.(had, total);
      }
    }
    await out.sync();
  } finally {
    await out.close();
  }
  if (Number.isFinite(length) && had !== from + length) throw new Error(`the connection ended early`);
  options.onProgress?.(had, total);
  return { had, hash };
}
