/** Calls of a SuperLink: bodies are protocol buffers, one address for all. Calls of a SuperNode are signed with its key. */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { CodedError } from "#dsl/diagnostics/codes.js";
import * as v from "valibot";
import { addressOf } from "#stdlib/lib/runners/superlink.js";
import { fields, jsonIn } from "#kernel/fetch/json.js";
import "./codes.js";

/** The version of Flower that is spoken. */
export const FLOWER = "1.42";
const HEADERS = { "content-type": "application/protobuf", accept: "application/protobuf" };

/** A SuperNode's key, made for one life: P-384, as Flower asks for. */
export interface NodeKey {
  readonly pem: Uint8Array;
  readonly key: KeyObject;
}
export function nodeKey(): NodeKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
  return { pem: Buffer.from(publicKey.export({ type: "spki", format: "pem" })), key: privateKey };
}

export class Link {
  /** Bytes of bodies. */
  sent = 0;
  received = 0;
  private constructor(
    readonly url: string,
    private readonly node: NodeKey | null,
  ) {}

  /** Asks which version it is first: `flower-unreachable`, `flower-version`. */
  static async open(text: string, o: { readonly node?: NodeKey; readonly plain?: boolean } = {}): Promise<Link> {
    const link = new Link(addressOf(text, o.plain), o.node ?? null);
    const found = await link.version();
    if (found !== FLOWER && !found.startsWith(`${FLOWER}.`))
      throw new CodedError("flower-version", { url: link.url, found, wanted: FLOWER });
    return link;
  }

  private async version(): Promise<string> {
    const answer = await this.reach("/openapi.json", { signal: AbortSignal.timeout(10_000) });
    const schema = fields({ info: fields({ version: v.string() }) });
    try {
      return jsonIn(await answer.text(), schema).info.version;
    } catch {
      throw new CodedError("flower-version", { url: this.url, found: "an unknown version", wanted: FLOWER });
    }
  }

  /** `path`: `fleet/pull-messages`. Errors: `flower-unreachable`, `flower-refused`. */
  async call(path: string, body: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const limit = AbortSignal.timeout(120_000);
    const answer = await this.reach(`/v1/${path}`, {
      method: "POST",
      headers: { ...HEADERS, ...this.signed() },
      body,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    this.sent += body.length;
    this.received += bytes.length;
    if (answer.status !== 200) {
      const why = new TextDecoder().decode(bytes.subarray(0, 300));
      throw new CodedError("flower-refused", { url: this.url, what: path, status: answer.status, why });
    }
    return bytes;
  }

  private signed(): Record<string, string> {
    if (!this.node) return {};
    const stamp = new Date().toISOString().replace("Z", "+00:00");
    return {
      "flwr-public-key": Buffer.from(this.node.pem).toString("base64"),
      "flwr-timestamp": stamp,
      "flwr-signature": sign("sha256", Buffer.from(stamp), this.node.key).toString("base64"),
    };
  }

  private async reach(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(this.url + path, { ...init, redirect: "error" });
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") throw error;
      const why =
        error instanceof Error ? String((error.cause as Error | undefined)?.message ?? error.message) : String(error);
      throw new CodedError("flower-unreachable", { url: this.url, why });
    }
  }
}
