/** A judge server with OpenAI's API on this machine, which records all requests. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  } & Readonly<Record<string, unknown>>;
  /** The texts between the markers, and the prompt that both answer. */
  readonly a: string;
  readonly b: string;
  readonly asked: string | null;
}
/** A reply; null means that the server never answers. */
export type Reply =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly json: unknown }
  | string
  | null;

const between = (text: string, open: string, close: string): string | null =>
  text.includes(open) ? text.slice(text.indexOf(open) + open.length + 1, text.indexOf(close) - 1) : null;

export class JudgeServer {
  readonly heard: Heard[] = [];
  /** Maximum number of concurrent requests seen. */
  most = 0;
  private now = 0;
  private readonly open = new Set<ServerResponse>();
  private constructor(
    private readonly server: Server,
    /** `nth`: request number, from 0. A string is the judge's answer. */
    public reply: (heard: Heard, nth: number) => Reply | Promise<Reply>,
  ) {}

  static async start(reply: JudgeServer["reply"]): Promise<JudgeServer> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => void judge.answer(request.url ?? "", request.headers, Buffer.concat(pieces), response));
    });
    const judge = new JudgeServer(server, reply);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return judge;
  }
  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}/v1`;
  }
  close(): Promise<void> {
    for (const response of this.open) response.destroy();
    this.server.closeAllConnections();
    return new Promise((done) => void this.server.close(() => done()));
  }

  private async answer(path: string, headers: IncomingHttpHeaders, bytes: Buffer, response: ServerResponse) {
    this.open.add(response);
    this.most = Math.max(this.most, ++this.now);
    const body = JSON.parse(bytes.toString("utf8")) as Heard["body"];
    const said = body.messages.at(-1)?.content ?? "";
    const heard: Heard = {
      ...{ path, headers, body },
      a: between(said, "[Answer A]", "[End of answer A]") ?? "",
      b: between(said, "[Answer B]", "[End of answer B]") ?? "",
      asked: between(said, "[What both answer]", "[End of what both answer]"),
    };
    this.heard.push(heard);
    const reply = await this.reply(heard, this.heard.length - 1);
    this.now--;
    if (reply === null) return;
    const { status, headers: own = {}, json } = typeof reply === "string" ? completion(reply) : reply;
    response.writeHead(status, { "content-type": "application/json", ...own }).end(JSON.stringify(json));
    this.open.delete(response);
  }
}

function completion(content: string): Exclude<Reply, string | null> {
  return {
    status: 200,
    json: {
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
      usage: { prompt_tokens: 100, completion_tokens: 7, total_tokens: 107 },
    },
  };
}

/** Prefers the longer text, whatever its position. */
export const longer = ({ a, b }: Heard): string =>
  a.length === b.length ? "They are alike.\nVERDICT: TIE" : `VERDICT: ${a.length > b.length ? "A" : "B"}`;
