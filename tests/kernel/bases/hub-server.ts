/**
 * A small local hub that responds like the real one: branch states as JSON, files by commit with their checksum in the
 * headers of the first response, large files redirected to another path that supports ranges.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const commit = "0123456789abcdef0123456789abcdef01234567";

export interface Trouble {
  /** Bytes after which the connection breaks; one entry per break. */
  breaks?: number[];
  /** Sends bytes for large files that do not match the checksum. */
  lies?: boolean;
  /** Leaves checksums out of the branch state, as older hubs and mirrors do. */
  silent?: boolean;
  /** Status of every response. */
  status?: number;
  token?: string;
}

export class HubServer {
  readonly asked: { method: string; path: string; range: string | null; authorization: string | null }[] = [];
  private constructor(
    private readonly server: Server,
    readonly endpoint: string,
    private readonly models: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>,
    private readonly trouble: Trouble,
  ) {}

  static async start(
    models: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>,
    trouble: Trouble = {},
  ): Promise<HubServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const hub = new HubServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, models, trouble);
    server.on("request", (request, response) => hub.answer(request, response));
    return hub;
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? "/", this.endpoint).pathname);
    const range = request.headers.range ?? null;
    const authorization = request.headers.authorization ?? null;
    this.asked.push({ method: request.method ?? "", path, range, authorization });
    const say = (status: number, headers: Record<string, string | number> = {}, body: string | Uint8Array = "") => {
      response.writeHead(status, { "content-length": body.length, ...headers });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    if (this.trouble.status !== undefined) return say(this.trouble.status);
    const state = /^\/api\/models\/(.+)\/revision\/([^/]+)$/.exec(path);
    const file = /^\/(.+)\/resolve\/([0-9a-f]{40})\/(.+)$/.exec(path);
    const bytes = /^\/bytes\/(.+)$/.exec(path);
    if (bytes) return this.send(request, response, this.find(bytes[1]!));
    if (this.trouble.token !== undefined && authorization !== `Bearer ${this.trouble.token}`) return say(401);
    if (state) {
      const files = this.models[state[1]!];
      if (!files || state[2] !== "main")
        return say(404, { "x-error-code": files ? "RevisionNotFound" : "RepoNotFound" });
      const siblings = Object.entries(files).map(([rfilename, content]) => ({
        rfilename,
        ...(this.trouble.silent ? {} : described(content)),
      }));
      return say(200, { "content-type": "application/json" }, JSON.stringify({ id: state[1], sha: commit, siblings }));
    }
    const content = file ? this.models[file[1]!]?.[file[3]!] : undefined;
    if (!file || !content || file[2] !== commit) return say(404, { "x-error-code": "EntryNotFound" });
    const about = { "x-repo-commit": commit, "accept-ranges": "bytes" };
    const { lfs, blobId } = described(content);
    if (!lfs) return say(200, { ...about, etag: `"${blobId}"` }, content);
    const location = `${this.endpoint}/bytes/${file[1]}/${file[3]}`;
    say(302, {
      ...about,
      location,
      "x-linked-etag": `"${lfs.sha256}"`,
      "x-linked-size": content.length,
      etag: '"of the redirect"',
    });
  }

  private find(path: string): Uint8Array {
    for (const [id, files] of Object.entries(this.models))
      for (const [name, content] of Object.entries(files))
        if (path === `${id}/${name}`) return this.trouble.lies ? content.map((b) => b ^ 1) : content;
    return new Uint8Array(0);
  }

  private send(request: IncomingMessage, response: ServerResponse, content: Uint8Array): void {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const rest = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      "content-length": rest.length,
      ...(start > 0 ? { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
    });
    const breaks = this.trouble.breaks?.shift();
    if (breaks === undefined) response.end(rest);
    else response.write(rest.subarray(0, breaks), () => setTimeout(() => response.destroy(), 20));
  }
}

/** Large files (from 4 KiB in this test) are identified by SHA-256, others by their git object id. */
function described(content: Uint8Array) {
  const blobId = createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
  const lfs =
    content.length < 4096
      ? undefined
      : { sha256: createHash("sha256").update(content).digest("hex"), size: content.length };
  return { blobId, size: content.length, ...(lfs ? { lfs } : {}) };
}
