/**
 * A hub that accepts pushes, as far as its HTTP interface is used: repositories, LFS in one or several parts, commits.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

interface Repository {
  readonly private: boolean;
  files: Record<string, Buffer>;
  commits: number;
}
interface Json {
  readonly [key: string]: unknown;
}

/** Bytes per part of a large file. */
const PART = 20_000;

export class HubServer {
  readonly repositories = new Map<string, Repository>();
  readonly objects = new Map<string, Buffer>();
  /** `METHOD path` of each request. */
  readonly asked: string[] = [];
  readonly tokens = new Set<string>();
  /** Number of parts to accept before connections are cut; null for no limit. */
  partsLeft: number | null = null;
  /** Makes repositories public whatever was requested. */
  makesPublic = false;
  /** Responds in place of the hub; returns true if it did. */
  instead: ((path: string, response: ServerResponse) => boolean) | null = null;
  private readonly parts = new Map<string, Map<number, Buffer>>();
  private readonly server: Server = createServer((request, response) => {
    void this.answer(request, response).catch(() => response.destroy());
  });

  async start(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return this.url;
  }
  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }
  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    const path = url.split("?")[0]!;
    this.asked.push(`${method} ${path}`);
    const body = await buffer(request);
    if (this.instead?.(path, response)) return;
    const reply = (status: number, value: unknown = {}): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    if (path.startsWith("/part/")) return this.part(path, body, response);
    if (path.startsWith("/whole/")) return this.whole(path.slice("/whole/".length), body, reply);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (token !== undefined) this.tokens.add(token);
    if (token !== "hf_right") return reply(401, { error: "Invalid credentials" });
    const json = (): Json => JSON.parse(body.toString("utf8")) as Json;
    if (path === "/api/repos/create") return this.create(json(), reply);
    const [, name = "", does = ""] = /^\/(?:api\/models\/)?([^/]+\/[^/.]+)(?:\.git)?\/(.+)$/.exec(path) ?? [];
    const repository = this.repositories.get(name);
    if (!repository) return reply(404, { error: "Repository not found" });
    if (does.startsWith("revision/"))
      return reply(200, { id: name, _id: "1", private: repository.private, lastModified: "2026-01-01T00:00:00Z" });
    if (does === "preupload/main") return reply(200, { files: modesOf(json()) });
    if (does === "info/lfs/objects/batch") return reply(200, { objects: this.batch(json()) });
    if (does === "commit/main") return this.commit(repository, body.toString("utf8"), reply);
    return reply(404);
  }

  private create({ name, organization, visibility }: Json, reply: (status: number, value?: unknown) => void): void {
    const id = `${String(organization)}/${String(name)}`;
    if (this.repositories.has(id)) return reply(409, { error: "You already created this model repo" });
    this.repositories.set(id, { private: visibility === "private" && !this.makesPublic, files: {}, commits: 0 });
    reply(200, { url: `${this.url}/${id}`, id });
  }

  private batch({ objects }: Json): readonly Json[] {
    return (objects as readonly { oid: string; size: number }[]).map(({ oid, size }) => {
      if (this.objects.has(oid)) return { oid, size };
      const parts = Array.from({ length: Math.ceil(size / PART) }, (_, i) => [
        String(i + 1).padStart(5, "0"),
        `${this.url}/part/${oid}/${String(i + 1)}`,
      ]);
      return {
        ...{ oid, size },
        actions: {
          upload: {
            href: `${this.url}/whole/${oid}`,
            header: { chunk_size: String(PART), ...Object.fromEntries(parts) },
          },
        },
      };
    });
  }

  private part(path: string, body: Buffer, response: ServerResponse): void {
    const [, oid = "", number = ""] = /^\/part\/(\w+)\/(\d+)$/.exec(path) ?? [];
    if (this.partsLeft !== null && this.partsLeft-- <= 0) {
      response.destroy();
      return;
    }
    const parts = this.parts.get(oid) ?? new Map<number, Buffer>();
    this.parts.set(oid, parts.set(Number(number), body));
    response.writeHead(200, { etag: `"${number}"` }).end();
  }

  private whole(oid: string, body: Buffer, reply: (status: number, value?: unknown) => void): void {
    const { parts } = JSON.parse(body.toString("utf8")) as { parts: readonly { partNumber: number }[] };
    const bytes = Buffer.concat(parts.map(({ partNumber }) => this.parts.get(oid)!.get(partNumber)!));
    if (createHash("sha256").update(bytes).digest("hex") !== oid) return reply(400, { error: "checksum" });
    this.objects.set(oid, bytes);
    reply(200);
  }

  private commit(repository: Repository, lines: string, reply: (status: number, value?: unknown) => void): void {
    for (const line of lines.split("\n")) {
      const { key, value } = JSON.parse(line) as { key: string; value: Record<string, string> };
      if (key === "file") repository.files[value["path"]!] = Buffer.from(value["content"]!, "base64");
      if (key === "lfsFile") repository.files[value["path"]!] = this.objects.get(value["oid"]!)!;
    }
    repository.commits++;
    reply(200, { success: true, commitOid: "a".repeat(40), commitUrl: `${this.url}/commit`, hookOutput: "" });
  }
}

function modesOf({ files }: Json): readonly Json[] {
  return (files as readonly { path: string }[]).map(({ path }) => ({
    path,
    uploadMode: path.endsWith(".safetensors") ? "lfs" : "regular",
  }));
}
