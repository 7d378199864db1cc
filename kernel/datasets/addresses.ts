/**
 * Sources whose path is an address of the net: the file is fetched once into the cache, held to the checksum that is written,
 * and read from there. One without a checksum is told with the checksum that it has, since addresses change what they give.
 */
import { createHash } from "node:crypto";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { DataPlan } from "#dsl/types/subject.js";
import type { Call, Value } from "#dsl/types/value.js";
import { isCall } from "../core/data/rows.js";
import { cachePath } from "../fetch/cache.js";
import { fetchFile, sha256Of } from "../fetch/file.js";
import { withoutSecrets } from "../fetch/http.js";
import "./codes.js";

export function isAddress(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

interface Fetched {
  readonly source: DataPlan["source"];
  /** What is to be told of it. */
  readonly notes: readonly string[];
}

/** The sources with paths of this machine. Coded errors: those of `fetchFile`, `unsafe-address`, `checksum-form`. */
export async function fetchedSource(source: DataPlan["source"], signal?: AbortSignal): Promise<Fetched> {
  const notes: string[] = [];
  if (isCall(source)) return { source: await fetchedCall(source, notes, signal), notes };
  const own: [string, Call][] = [];
  for (const [split, call] of Object.entries(source)) own.push([split, await fetchedCall(call, notes, signal)]);
  return { source: Object.fromEntries(own), notes };
}

async function fetchedCall(call: Call, notes: string[], signal: AbortSignal | undefined): Promise<Call> {
  const { path, sha256 } = call.arguments;
  if (typeof path === "string" && isAddress(path)) {
    const file = await fetched(path, typeof sha256 === "string" ? sha256 : null, notes, signal);
    return { ...call, arguments: { ...call.arguments, path: file } };
  }
  const own: [string, Value][] = [];
  for (const [name, value] of Object.entries(call.arguments)) {
    if (!Array.isArray(value) || !value.some((one) => isCall(one as Call))) own.push([name, value]);
    else {
      const calls: Value[] = [];
      for (const one of value) calls.push((await fetchedCall(one as Call, notes, signal)) as Value);
      own.push([name, calls]);
    }
  }
  return { ...call, arguments: Object.fromEntries(own) };
}

async function fetched(
  url: string,
  sha256: string | null,
  notes: string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  if (sha256 !== null && !/^[0-9a-f]{64}$/i.test(sha256)) throw new CodedError("checksum-form", { sha256 });
  const { protocol, hostname, pathname } = new URL(url);
  const here = hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
  if (protocol !== "https:" && !here && sha256 === null)
    throw new CodedError("unsafe-address", { url: withoutSecrets(url) });
  const key = createHash("sha256")
    .update(`${url}\n${sha256 ?? ""}`)
    .digest("hex")
    .slice(0, 32);
  const name = (pathname.split("/").at(-1) ?? "").replace(/[^\w.-]/g, "_").replace(/^\.+/, "");
  const file = cachePath("files", key, name === "" ? "file" : name);
  await fetchFile(url, file, { ...(sha256 !== null && { sha256: sha256.toLowerCase() }), ...(signal && { signal }) });
  if (sha256 === null)
    notes.push(
      `${withoutSecrets(url)} has no checksum and may give another file next time: write \`sha256: "${await sha256Of(file)}"\``,
    );
  return file;
}
