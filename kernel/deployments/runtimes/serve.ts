/**
 * Inside such a process: opens what the argument says, then answers what is asked in the order in which it comes. Runs wait for
 * each other; texts are begun at once, for a runtime may write several side by side. Its parent is watched in a thread of its
 * own: native code that never comes back would not hear that the channel ended.
 */
import { Worker } from "node:worker_threads";
import type { NDArray } from "#dsl/tensor/program.js";
import { picked } from "../decoders/picks.js";
import type { TextRead, WrittenBy } from "../runtime.js";
import type { Answered, Asked, AskedAnything, AskedReading, AskedText, Opening } from "./process.js";

export interface Opened {
  readonly version: string;
  run?(asked: Asked): Promise<Readonly<Record<string, NDArray>>> | Readonly<Record<string, NDArray>>;
  write?(asked: AskedText): Promise<WrittenBy>;
  reads?(texts: AskedReading["texts"]): Promise<readonly TextRead[]>;
}

export function serve(open: (opening: Opening) => Promise<Opened> | Opened): void {
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit(0));
  const opening = JSON.parse(process.argv[2]!) as Opening & { readonly parent: number };
  new Worker(new URL("./parent-main.js", import.meta.url), { workerData: opening.parent }).unref();
  const opened = Promise.resolve(opening).then(open);
  let queue = sent(answered(async () => begun(await opened)));
  process.on("message", (asked: AskedAnything) => {
    const before = "prompt" in asked ? opened : queue;
    const answer = answered(async () => {
      await before;
      return answerOf(await opened, asked);
    });
    queue = queue.then(() => sent(answer));
  });
}

function begun({ version, reads }: Opened): Answered {
  return { version, ...(reads && { reads: true }) };
}

async function answerOf(opened: Opened, asked: AskedAnything): Promise<Answered> {
  if ("prompt" in asked) {
    if (opened.write) return { written: await opened.write(asked) };
  } else if ("texts" in asked) {
    if (opened.reads) return { read: await opened.reads(asked.texts) };
  } else if (opened.run) {
    const outputs = await opened.run(asked);
    const { logits, ...others } = outputs;
    return { outputs: asked.picks && logits ? { ...others, ...picked(logits, asked.picks) } : outputs };
  }
  throw new Error("it is asked for what it doesn't do");
}

function answered(make: () => Promise<Answered>): Promise<Answered> {
  return make().catch((error: unknown): Answered => ({
    failed: error instanceof Error ? error.message : String(error),
  }));
}

async function sent(answer: Promise<Answered>): Promise<void> {
  const whole = await answer;
  await new Promise<void>((resolve) => {
    process.send?.(whole, undefined, {}, () => resolve());
  });
}
