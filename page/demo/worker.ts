/**
 * The worker of a demo page: tokenizes and predicts in a separate thread, so that typing is never blocked. The
 * runtime's threads run this script too, under another name, and then execute only the runtime's part of it.
 */
import { basesCodes } from "#kernel/bases/base-codes.js";
import { CodedError, registerCodes, diagnosticText, mustExist } from "#dsl/language/diagnostics/codes.js";
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { embeddedJson } from "../app/make.js";
import { DemoPredictor } from "./answering.js";
import type { DemoWorkerMethods, OpenDemoParams, DemoWorkerReply, DemoWorkerRequest } from "./protocol.js";
import { DemoRowTokenizer } from "./reading.js";
import { GraphRuntime } from "./runtime.js";
import { unpackBase64Gzip } from "./unpack.js";

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

async function opened({ demo, tokenizer, runtime, model, threads }: OpenDemoParams): Promise<Open> {
  const files = embeddedJson<TokenizerFiles>(new TextDecoder().decode(await unpackBase64Gzip(tokenizer)));
  const settings = isRecord(files.settings) ? files.settings : null;
  const reading = new DemoRowTokenizer(demo, new TextEncoder().encode(JSON.stringify(files.tokenizer)), settings);
  const demoRuntime = await GraphRuntime.open(demo.graph, {
    runtime: await unpackBase64Gzip(runtime),
    threads,
    model: typeof model === "string" ? await unpackBase64Gzip(model) : new Uint8Array(model),
  });
  return { runtime: demoRuntime, answering: await DemoPredictor.create(demo, reading, demoRuntime) };
}

async function answered(request: DemoWorkerRequest): Promise<DemoWorkerMethods[keyof DemoWorkerMethods]["result"]> {
  if (request.method === "open") {
    const begun = performance.now();
    open = await opened(request.params);
    return { milliseconds: performance.now() - begun, gap: open.answering.gap };
  }
  const { answering, runtime } = mustExist(open, "a model that is open");
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
  onmessage: ((event: { readonly data: DemoWorkerRequest }) => void) | null;
  postMessage(message: DemoWorkerReply): void;
};
if (!scope.name.startsWith("em-pthread")) {
  let before: Promise<unknown> = Promise.resolve();
  scope.onmessage = ({ data }) => {
    // Requests are handled one after the other: the runtime takes one text at a time.
    before = before.then(async () => {
      const reply: DemoWorkerReply = await answered(data).then(
        (result) => ({ id: data.id, result }),
        (error: unknown) => ({ id: data.id, error: errorText(error) }),
      );
      scope.postMessage(reply);
    });
  };
}
