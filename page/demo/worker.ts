/**
 * The worker of a demo page: tokenizes and predicts in a separate thread, so that typing is never blocked. The
 * runtime's threads run this script too, under another name, and then execute only the runtime's part of it.
 */
import { basesCodes } from "#kernel/bases/base-codes.js";
import { CodedError, registerCodes, diagnosticText, must } from "#dsl/language/diagnostics/codes.js";
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { embeddedJson } from "../app/make.js";
import { DemoPredictor } from "./answering.js";
import type { Methods, OpenParams, Reply, Request } from "./protocol.js";
import { RowReader } from "./reading.js";
import { GraphRuntime } from "./runtime.js";
import { unpackBytes } from "./unpack.js";

registerCodes(internalCodes, basesCodes);

/** Content of the page's `tokenizer` element. */
interface TokenizerFiles {
  readonly tokenizer: unknown;
  readonly settings: unknown;
}
interface Open {
  readonly answering: DemoPredictor;
  readonly runtime: GraphRuntime;
}
let open: Open | undefined;

async function opened({ demo, tokenizer, runtime, model, threads }: OpenParams): Promise<Open> {
  const files = embeddedJson<TokenizerFiles>(new TextDecoder().decode(await unpackBytes(tokenizer)));
  const settings = isRecord(files.settings) ? files.settings : null;
  const reading = new RowReader(demo, new TextEncoder().encode(JSON.stringify(files.tokenizer)), settings);
  const demoRuntime = await GraphRuntime.open(demo.graph, {
    runtime: await unpackBytes(runtime),
    threads,
    model: typeof model === "string" ? await unpackBytes(model) : new Uint8Array(model),
  });
  return { runtime: demoRuntime, answering: await DemoPredictor.create(demo, reading, demoRuntime) };
}

async function answered(request: Request): Promise<Methods[keyof Methods]["result"]> {
  if (request.method === "open") {
    const begun = performance.now();
    open = await opened(request.params);
    return { milliseconds: performance.now() - begun, gap: open.answering.gap };
  }
  const { answering, runtime } = must(open, "a model that is open");
  switch (request.method) {
    case "ask":
      return answering.answer(request.params);
    case "ids":
      return request.params.map((text) => answering.ids(text));
    case "places":
      return request.params.map((text) => answering.places(text));
    case "run":
      return runtime.run(request.params.feeds, request.params.wanted);
  }
}

function errorText(error: unknown): string {
  if (error instanceof CodedError) return diagnosticText(error).message;
  return error instanceof Error ? error.message : String(error);
}

const scope = self as unknown as {
  readonly name: string;
  onmessage: ((event: { readonly data: Request }) => void) | null;
  postMessage(message: Reply): void;
};
if (!scope.name.startsWith("em-pthread")) {
  let before: Promise<unknown> = Promise.resolve();
  scope.onmessage = ({ data }) => {
    // Requests are handled one after the other: the runtime takes one text at a time.
    before = before.then(async () => {
      const reply: Reply = await answered(data).then(
        (result) => ({ id: data.id, result }),
        (error: unknown) => ({ id: data.id, error: errorText(error) }),
      );
      scope.postMessage(reply);
    });
  };
}
