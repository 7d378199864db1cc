/** A hostile or failing SuperLink: it speaks Flower's wire protocol and sends whatever a test wants. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PbfReader, PbfWriter } from "pbf";
import { messageObjectsOf, readMessagePayload } from "#kernel/features/federate/flower/objects.js";
import { replyDecoders, requestEncoders, type MessageMetadata } from "#kernel/features/federate/flower/proto.js";

export const METADATA: MessageMetadata = {
  ...{ runId: 5n, messageId: "", from: 1n, to: 7n, replyTo: "", group: "", ttl: 3600, type: "train" },
  ...{ created: Date.now() / 1000, fromTask: 0n, toTask: 0n },
};
type Does = (body: Buffer, response: ServerResponse) => Promise<Uint8Array | null> | Uint8Array | null;

/** Encodes a protobuf message: numbers as booleans, bytes as bytes. */
function written(fields: Readonly<Record<number, Uint8Array | boolean | string>>): Uint8Array {
  const writer = new PbfWriter();
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value === "boolean") writer.writeBooleanField(Number(field), value);
    else if (typeof value === "string") writer.writeStringField(Number(field), value);
    else writer.writeBytesField(Number(field), value);
  }
  return writer.finish();
}

export class FakeSuperLink {
  /** Paths of the calls received. */
  readonly calls: string[] = [];
  /** Payloads of the answers received. */
  readonly said: Uint8Array[] = [];
  readonly objects = new Map<string, Uint8Array>();
  /** Raw replies of `pull-messages`, returned one per turn. */
  readonly turns: Uint8Array[] = [];
  /** Overrides of the usual reply, by path. */
  readonly does = new Map<string, Does>();
  private readonly pushed = new Map<string, Uint8Array>();
  private readonly wanted = new Map<string, readonly string[]>();

  private constructor(
    private server: Server,
    readonly port: number,
  ) {}

  static async open(): Promise<FakeSuperLink> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const fake = new FakeSuperLink(server, (server.address() as AddressInfo).port);
    fake.serve(server);
    return fake;
  }
  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  /** Queues a message with `payload`, in the usual encoding. */
  send(payload: Uint8Array, metadata: MessageMetadata = METADATA): void {
    const { tree, contents } = messageObjectsOf(metadata, payload);
    for (const [id, content] of contents) this.objects.set(id, content);
    this.turns.push(requestEncoders.pushMessage(0n, { ...metadata, messageId: tree.id }, tree, 0));
  }

  /** Stops listening for the given number of milliseconds. */
  async away(milliseconds: number): Promise<void> {
    await this.close();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    this.server = createServer();
    this.serve(this.server);
    await new Promise<void>((resolve) => this.server.listen(this.port, "127.0.0.1", resolve));
  }
  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(server: Server): void {
    server.on("request", (request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const path = request.url?.replace("/v1/", "") ?? "";
    this.calls.push(path);
    const body = Buffer.concat(parts);
    const said = await (this.does.get(path) ?? ((bytes: Buffer) => this.usually(path, bytes)))(body, response);
    if (said) response.end(said);
  }

  private async usually(path: string, body: Buffer): Promise<Uint8Array> {
    switch (path) {
      case "/openapi.json":
        return Buffer.from('{"info":{"version":"1.42.0"}}');
      case "fleet/activate-node":
        return requestEncoders.deactivateNode(7n);
      case "fleet/send-node-heartbeat":
        return written({ 1: true });
      case "fleet/pull-messages":
        return this.turns.shift() ?? new Uint8Array(0);
      case "fleet/pull-object": {
        const content = this.objects.get(textIn(body, 3));
        return content ? written({ 1: true, 2: true, 3: content }) : written({ 1: false });
      }
      case "fleet/push-messages": {
        const [message] = replyDecoders.pullMessages(body);
        const ids: string[] = [];
        const all = (tree: { readonly id: string; readonly children: readonly (typeof tree)[] }): void => {
          ids.push(tree.id);
          tree.children.forEach(all);
        };
        if (message) all(message.tree);
        this.wanted.set(message?.tree.id ?? "", ids);
        const writer = new PbfWriter();
        for (const id of ids) writer.writeStringField(3, id);
        this.done = async () => {
          if (!message || !ids.every((id) => this.pushed.has(id))) return;
          this.done = null;
          this.said.push(
            await readMessagePayload(message.tree, 2 ** 26, (id) => Promise.resolve(this.pushed.get(id)!)),
          );
        };
        return writer.finish();
      }
      case "fleet/push-object":
        this.pushed.set(textIn(body, 3), bytesIn(body, 4));
        await this.done?.();
        return new Uint8Array(0);
      default:
        return new Uint8Array(0);
    }
  }
  private done: (() => Promise<void>) | null = null;
}

function textIn(body: Uint8Array, field: number): string {
  const into = { text: "" };
  new PbfReader(body).readFields((tag, o, reader) => {
    if (tag === field) o.text = reader.readString();
  }, into);
  return into.text;
}
function bytesIn(body: Uint8Array, field: number): Uint8Array {
  const into = { bytes: new Uint8Array(0) };
  new PbfReader(body).readFields((tag, o, reader) => {
    if (tag === field) o.bytes = new Uint8Array(reader.readBytes());
  }, into);
  return into.bytes;
}
