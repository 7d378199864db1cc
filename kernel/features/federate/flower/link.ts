/** Calls to a SuperLink: protocol buffers over one address. Calls of a SuperNode are signed with its key. */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { Agent as PlainAgent, request as plainly, type IncomingMessage } from "node:http";
import { Agent, request as securely } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import * as v from "valibot";
import { superlinkAddress } from "#stdlib/runners/shared/superlink.js";
import { objectWith, parseJsonAs } from "#kernel/fetch/json.js";
import { readNamedText } from "#kernel/fetch/regular.js";

/** The supported version of Flower. */
export const FLOWER_VERSION = "1.42";
const HEADERS = { "content-type": "application/protobuf", accept: "application/protobuf" };
/** Timeout of a call in milliseconds. */
const LIMIT = 120_000;
/** Default maximum bytes of a response. */
const USUAL = 2 ** 20;
/** Seconds that a connected SuperLink may be unavailable. */
export const RECONNECT_SECONDS = 120;
const PAUSES = { first: 250, most: 5000 } as const;
/** Statuses that a proxy returns if the SuperLink is unavailable. */
const AWAY: readonly number[] = [502, 503, 504];

/** A SuperNode's key, created per process: P-384, as Flower requires. */
export interface NodeKey {
  readonly pem: Uint8Array;
  readonly key: KeyObject;
}
export function createNodeKey(): NodeKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
  return { pem: Buffer.from(publicKey.export({ type: "spki", format: "pem" })), key: privateKey };
}

export interface SuperLinkConnectionOptions {
  /** The key that signs calls; absent for unsigned calls. */
  readonly node?: NodeKey;
  readonly plain?: boolean;
  /** A PEM file of certificate authorities for the SuperLink. Defaults to those that this machine trusts. */
  readonly certificates?: string;
  /** Seconds that a connected SuperLink may be unavailable. Defaults to `RECONNECT_SECONDS`. */
  readonly patience?: number;
}
export interface SuperLinkCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Maximum bytes of the response; a longer one is aborted. Defaults to 1 MiB. */
  readonly most?: number;
  /** Retries while the SuperLink is unavailable, within the connection's patience. */
  readonly patient?: boolean;
}
interface Asked {
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
  readonly most: number;
}

export class SuperLinkConnection {
  sent = 0;
  received = 0;
  private readonly agent: Agent | PlainAgent;
  private constructor(
    readonly url: string,
    private readonly options: SuperLinkConnectionOptions,
  ) {
    const { certificates } = options;
    this.agent = url.startsWith("https:")
      ? new Agent({ keepAlive: true, ...(certificates !== undefined && { ca: authoritiesIn(certificates) }) })
      : new PlainAgent({ keepAlive: true });
  }

  /** Checks the version first: `flower-unreachable`, `flower-version`. */
  static async open(text: string, settings: SuperLinkConnectionOptions = {}): Promise<SuperLinkConnection> {
    const link = new SuperLinkConnection(superlinkAddress(text, settings.plain), settings);
    const found = await link.version();
    if (found !== FLOWER_VERSION && !found.startsWith(`${FLOWER_VERSION}.`))
      throw new CodedError("flower-version", { url: link.url, found, wanted: FLOWER_VERSION });
    return link;
  }

  private async version(): Promise<string> {
    const signal = AbortSignal.timeout(10_000);
    const { bytes } = await this.reach("/openapi.json", { method: "GET", signal, most: 8 * USUAL });
    const schema = objectWith({ info: objectWith({ version: v.pipe(v.string(), v.maxLength(40)) }) });
    try {
      return parseJsonAs(new TextDecoder().decode(bytes), schema).info.version;
    } catch {
      throw new CodedError("flower-version", { url: this.url, found: "an unknown version", wanted: FLOWER_VERSION });
    }
  }

  /**
   * `path`: for example `fleet/pull-messages`. Errors: `flower-unreachable`, `flower-refused`, `flower-said` for a
   * response that is too long.
   */
  async call(path: string, body: Uint8Array, settings: SuperLinkCallOptions = {}): Promise<Uint8Array> {
    const { signal, most = USUAL, patient = false } = settings;
    const until = performance.now() + 1000 * (this.options.patience ?? RECONNECT_SECONDS);
    for (let pause: number = PAUSES.first; ; pause = Math.min(2 * pause, PAUSES.most)) {
      try {
        return await this.once(path, body, most, signal);
      } catch (error) {
        const goesOn = patient && isTemporarilyUnreachable(error) && performance.now() + pause < until;
        if (!goesOn) throw error;
        await sleep(pause, undefined, { signal });
      }
    }
  }

  private async once(path: string, body: Uint8Array, most: number, signal?: AbortSignal): Promise<Uint8Array> {
    const limit = AbortSignal.timeout(LIMIT);
    const { status, bytes } = await this.reach(`/v1/${path}`, {
      method: "POST",
      headers: { ...HEADERS, ...this.signed() },
      body,
      most,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    this.sent += body.length;
    this.received += bytes.length;
    if (status !== 200) {
      const why = new TextDecoder().decode(bytes.subarray(0, 300));
      throw new CodedError("flower-refused", { url: this.url, what: path, status, why });
    }
    return bytes;
  }

  private signed(): Record<string, string> {
    const { node } = this.options;
    if (!node) return {};
    const stamp = new Date().toISOString().replace("Z", "+00:00");
    return {
      "flwr-public-key": Buffer.from(node.pem).toString("base64"),
      "flwr-timestamp": stamp,
      "flwr-signature": sign("sha256", Buffer.from(stamp), node.key).toString("base64"),
    };
  }

  private async reach(
    path: string,
    { method, headers = {}, body, signal, most }: Asked,
  ): Promise<{ readonly status: number; readonly bytes: Uint8Array }> {
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const length = body && { "content-length": String(body.length) };
        const options = { method, agent: this.agent, signal, headers: { ...headers, ...length } };
        const outgoing = (this.url.startsWith("https:") ? securely : plainly)(this.url + path, options, resolve);
        outgoing.once("error", reject);
        outgoing.end(body);
      });
      return { status: answer.statusCode ?? 0, bytes: await bodyOf(answer, most) };
    } catch (error) {
      if (error instanceof CodedError || (error instanceof Error && isInterrupt(error, signal))) throw error;
      throw new CodedError("flower-unreachable", { url: this.url, why: reasonOf(error, signal) });
    }
  }
}

function isInterrupt(error: Error, signal: AbortSignal): boolean {
  return signal.aborted && (signal.reason as Error | undefined)?.name !== "TimeoutError" && error.name === "AbortError";
}
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "no response in time";
  return error instanceof Error ? error.message || ((error as NodeJS.ErrnoException).code ?? "") : String(error);
}

/** Whether a server that was reachable before may only be temporarily unavailable. */
export function isTemporarilyUnreachable(error: unknown): boolean {
  if (!(error instanceof CodedError)) return false;
  if (error.code === "flower-unreachable") return true;
  return error.code === "flower-refused" && AWAY.includes((error as CodedError<"flower-refused">).data.status);
}

async function bodyOf(answer: IncomingMessage, most: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) {
      answer.destroy();
      throw new CodedError("flower-said", { why: `it is longer than ${String(most)} bytes` });
    }
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Coded errors of files, and `flower-certificates`. */
function authoritiesIn(file: string): string {
  const text = readNamedText(file, file, { most: USUAL });
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw new CodedError("flower-certificates", { file });
  return text;
}
