/**
 * The checks that can detect a broken rule in this process: each bad program with its expected diagnostics, and each
 * test.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import Mocha from "mocha";

export interface Check {
  readonly name: string;
  readonly passes: () => boolean | Promise<boolean>;
}
const dist = fileURLToPath(new URL("../../", import.meta.url));
const rooms = ["dsl", "stdlib", "kernel"];
/**
 * Excluded tests: those that start other processes (the broken place is in this one), take minutes, or check only
 * numbers.
 */
const elsewhere = new RegExp(
  [
    "kernel/(?:apps/(?:cli|jupyter/(?:client/client|wire|cells))|session|models|evaluation|sweep-runs|training|training-runs|features|data/encoding|inference|runs|display)",
    "kernel/engines/(?!safetensors|forward\\.|choice)",
    "kernel/bases/(?:tokenizer-kinds|gguf)",
    "kernel/data/rows/(?:packed-loss|loader)",
    "stdlib/(?:programs|techniques|decoders|metrics(?!/shared)|optimizers|user-defined/conformance|tasks/(?:masked|parity))",
    "stdlib/models/(?!fields|suite)",
    "dsl/(?:tensor/(?:backends|passes|attention|losses|rope)|fuzz)",
    "(?:corpus|table|laws|earlier)\\.test",
  ].join("|"),
);

export async function badPrograms(): Promise<Check[]> {
  const [{ badTexts, judged }, { saidOf }] = await Promise.all([
    import("../dsl/compiler/program/corpus.js"),
    import("../dsl/compiler/program/cases.js"),
  ]);
  return badTexts().map(({ name, text, said }) => {
    const passes = (): boolean => {
      try {
        return saidOf(judged(text)).join() === said.join();
      } catch {
        return false;
      }
    };
    return { name, passes };
  });
}

/** Loads the suites once. Each test can run any number of times. */
export async function tests(): Promise<Check[]> {
  const mocha = new Mocha({ reporter: function silent() {} as never, timeout: 20_000 });
  mocha.cleanReferencesAfterRun(false);
  const files = rooms.flatMap((room) =>
    readdirSync(`${dist}tests/${room}`, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.js") && !elsewhere.test(`${room}/${file}`))
      .map((file) => `${dist}tests/${room}/${file}`),
  );
  // Uses `import` alone, since modules that Mocha loads by `require` bypass the hooks.
  for (const file of files) {
    mocha.suite.emit("pre-require", globalThis, file, mocha);
    await import(pathToFileURL(file).href);
    mocha.suite.emit("post-require", globalThis, file, mocha);
  }
  once(mocha.suite);
  const all: Check[] = [];
  mocha.suite.eachTest((test: Mocha.Test) => {
    if (test.pending) return;
    const name = test.fullTitle();
    const only = new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
    const passes = (): Promise<boolean> =>
      new Promise((resolve) => mocha.grep(only).run((failures) => resolve(failures === 0)));
    all.push({ name, passes });
  });
  return all;
}

/** Runs a suite's set-up once and never its tear-down, since its tests run again and again. */
function once(suite: Mocha.Suite): void {
  const { _beforeAll: prepare, _afterAll: takeDown } = suite as unknown as Record<
    "_beforeAll" | "_afterAll",
    Mocha.Hook[]
  >;
  takeDown.length = 0;
  for (const hook of prepare) {
    const of = hook.fn as ((this: Mocha.Context) => unknown) | undefined;
    let done: { readonly came: unknown } | undefined;
    hook.fn = function (this: Mocha.Context): Promise<void> {
      return Promise.resolve((done ??= { came: of?.call(this) }).came).then(() => undefined);
    };
  }
  suite.suites.forEach(once);
}
