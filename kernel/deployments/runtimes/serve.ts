/**
 * Code inside such a process: opens the deployment of the argument, then answers requests in order. Graph runs wait for
 * each other; texts start at once, because a runtime may generate several concurrently. A separate thread watches the
 * parent: native code that never returns would not notice a closed channel.
 */
import { Worker } from "node:worker_threads";
import type { NDArray } from "#dsl/tensor/program.js";
import { pickLogits } from "../decoders/picks.js";
import type { TextTokens, GeneratedText } from "../runtime.js";
import type {
  RuntimeReply,
  GraphRequest,
  RuntimeRequest,
  TokenizationRequest,
  TextRequest,
  RuntimeOpenRequest,
} from "./process.js";

export interface RuntimeHandlers {
  readonly version: string;
  run?(request: GraphRequest): Promise<Readonly<Record<string, NDArray>>> | Readonly<Record<string, NDArray>>;
  write?(request: TextRequest): Promise<GeneratedText>;
  reads?(texts: TokenizationRequest["texts"]): Promise<readonly TextTokens[]>;
}

export function answerRuntimeRequests(
  open: (opening: RuntimeOpenRequest) => Promise<RuntimeHandlers> | RuntimeHandlers,
): void {
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit(0));
  const opening = JSON.parse(process.argv[2]!) as RuntimeOpenRequest & { readonly parent: number };
  new Worker(new URL("./parent-main.js", import.meta.url), { workerData: opening.parent }).unref();
  const opened = Promise.resolve(opening).then(open);
  let queue = sent(answered(async () => begun(await opened)));
  process.on("message", (request: RuntimeRequest) => {
    const before = "prompt" in request ? opened : queue;
    const answer = answered(async () => {
      await before;
      return answerOf(await opened, request);
    });
    queue = queue.then(() => sent(answer));
  });
}

function begun({ version, reads }: RuntimeHandlers): RuntimeReply {
  return { version, ...(reads && { reads: true }) };
}

async function answerOf(opened: RuntimeHandlers, request: RuntimeRequest): Promise<RuntimeReply> {
  if ("prompt" in request) {
    if (opened.write) return { written: await opened.write(request) };
  } else if ("texts" in request) {
    if (opened.reads) return { read: await opened.reads(request.texts) };
  } else if (opened.run) {
    const outputs = await opened.run(request);
    const { logits, ...others } = outputs;
    return { outputs: request.picks && logits ? { ...others, ...pickLogits(logits, request.picks) } : outputs };
  }
  throw new Error("the request is not supported");
}

function answered(make: () => Promise<RuntimeReply>): Promise<RuntimeReply> {
  return make().catch((error: unknown): RuntimeReply => ({
    failed: error instanceof Error ? error.message : String(error),
  }));
}

async function sent(answer: Promise<RuntimeReply>): Promise<void> {
  const whole = await answer;
  await new Promise<void>((resolve) => {
    process.send?.(whole, undefined, {}, () => resolve());
  });
}
