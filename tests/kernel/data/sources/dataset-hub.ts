/**
 * Data sets of a small local hub that responds like the real one: revisions as JSON, paginated lists of files, files by
 * commit with their checksum in the headers of the first response, large files redirected to a path that supports
 * ranges.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Files = Readonly<Record<string, string | Uint8Array>>;
export interface HubSet {
  /** Commits by branch or tag. */
  refs: Record<string, string>;
  readonly commits: Readonly<Record<string, Files>>;
  readonly token?: string;
}

export class DatasetHub {
  readonly asked: string[] = [];
  /** Bytes after which the connection of a large file breaks; one entry per break. */
  readonly breaks: number[] = [];
  /** Sends large files that do not match their checksum. */
  lies = false;
  private constructor(
    private readonly server: Server,
    readonly endpoint: string,
    private readonly sets: Readonly<Record<string, HubSet>>,
  ) {}

  static async start(sets: Readonly<Record<string, HubSet>>): Promise<DatasetHub> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const hub = new DatasetHub(server, endpoint, sets);
    server.on("request", (request, response) => hub.answer(request, response));
    return hub;
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", this.endpoint);
    this.asked.push(`${request.method ?? ""} ${url.pathname}`);
    const say = (
      status: number,
      headers: Record<string, string | number> = {},
      body: string | Uint8Array = "",
    ): void => {
      const bytes = Buffer.from(body);
      response.writeHead(status, { "content-length": bytes.length, ...headers });
      response.end(request.method === "HEAD" ? undefined : bytes);
    };
    const json = (value: unknown, headers: Record<string, string> = {}): void =>
      say(200, { "content-type": "application/json", ...headers }, JSON.stringify(value));
    const bytes = /^\/bytes\/([^/]+\/[^/]+)\/([0-9a-f]{40})\/(.+)$/.exec(url.pathname);
    if (bytes) return this.send(request, response, this.file(bytes[1]!, bytes[2]!, decodeURIComponent(bytes[3]!)));
    const [, kind, id, rest = ""] = /^\/(api\/datasets|datasets)\/([^/]+\/[^/]+)\/(.+)$/.exec(url.pathname) ?? [];
    const set = this.sets[id ?? ""];
    if (!set || id === undefined) return say(404, { "x-error-code": "RepoNotFound" });
    if (set.token !== undefined && request.headers.authorization !== `Bearer ${set.token}`) return say(401);
    const revision = /^revision\/([^/]+)$/.exec(rest)?.[1];
    if (kind === "api/datasets" && revision !== undefined) {
      const sha = commitOf(set, decodeURIComponent(revision));
      return sha === undefined ? say(404, { "x-error-code": "RevisionNotFound" }) : json({ id, sha });
    }
    const tree = /^tree\/([0-9a-f]{40})$/.exec(rest)?.[1];
    if (kind === "api/datasets" && tree !== undefined) return this.list(url, set.commits[tree] ?? {}, json);
    const [, commit = "", name = ""] = /^resolve\/([0-9a-f]{40})\/(.+)$/.exec(rest) ?? [];
    const content = this.file(id, commit, decodeURIComponent(name));
    if (kind !== "datasets" || content === undefined) return say(404, { "x-error-code": "EntryNotFound" });
    const { oid, lfs } = described(content);
    const about = { "x-repo-commit": commit, "accept-ranges": "bytes" };
    if (!lfs) return say(200, { ...about, etag: `"${oid}"` }, content);
    say(302, {
      ...about,
      location: `/bytes/${id}/${commit}/${name}`,
      "x-linked-etag": `"${lfs.oid}"`,
      "x-linked-size": lfs.size,
    });
  }

  /** Lists two files per page. */
  private list(url: URL, files: Files, json: (value: unknown, headers?: Record<string, string>) => void): void {
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const names = Object.keys(files).sort();
    const page = names
      .slice(from, from + 2)
      .map((path) => ({ type: "file", path, ...described(bytesOf(files[path]!)) }));
    const next = new URL(url);
    next.searchParams.set("cursor", String(from + 2));
    const more = from + 2 < names.length;
    json(
      from === 0 ? [{ type: "directory", path: "data", oid: "0".repeat(40), size: 0 }, ...page] : page,
      more ? { link: `<${next.href}>; rel="next"` } : {},
    );
  }

  private file(id: string, commit: string, name: string): Uint8Array | undefined {
    const content = this.sets[id]?.commits[commit]?.[name];
    return content === undefined ? undefined : bytesOf(content);
  }

  private send(request: IncomingMessage, response: ServerResponse, content: Uint8Array | undefined): void {
    const whole = content === undefined ? new Uint8Array(0) : this.lies ? content.map((one) => one ^ 1) : content;
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const rest = whole.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      "content-length": rest.length,
      ...(start > 0 ? { "content-range": `bytes ${start}-${whole.length - 1}/${whole.length}` } : {}),
    });
    const breaks = this.breaks.shift();
    if (breaks === undefined) response.end(rest);
    else response.write(rest.subarray(0, breaks), () => setTimeout(() => response.destroy(), 20));
  }
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? Buffer.from(content) : content;
}

/** Returns the commit; its first digits are enough. */
function commitOf({ refs, commits }: HubSet, revision: string): string | undefined {
  return refs[revision] ?? Object.keys(commits).find((commit) => revision.length >= 7 && commit.startsWith(revision));
}

function described(content: Uint8Array) {
  const oid = createHash("sha1")
    .update(`blob ${String(content.length)}\0`)
    .update(content)
    .digest("hex");
  const sha256 = (): string => createHash("sha256").update(content).digest("hex");
  const lfs = content.length < 4096 ? undefined : { oid: sha256(), size: content.length, pointerSize: 130 };
  return { oid, size: content.length, ...(lfs ? { lfs } : {}) };
}
