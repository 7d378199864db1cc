/**
 * Randomly damages the files of a model folder. Each attempt must end in a result or a coded error within bounded time,
 * and this process must survive. `npm run fuzz -- tokenizer|config|template [COUNT] [SEED]`; the tests do fewer.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { TokenizerSandbox } from "#kernel/bases/isolated/client.js";
import { openBase } from "#kernel/bases/open.js";
import { sandboxRenderer } from "#kernel/bases/chat-renderer.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { openModelFolder } from "#kernel/engines/forward/model-folder.js";
import type { Message } from "#stdlib/conversations/kind.js";
import { registry } from "#stdlib/registry.js";
import type { FuzzRun } from "../../fuzzing.js";
import { Chance, damaged, damagedText } from "./damage.js";
import { hostile } from "./hostile-tokenizers.js";

const models = fileURLToPath(new URL("../../../../tests/fixtures/models/", import.meta.url));
const read = (...path: readonly string[]): unknown => JSON.parse(readFileSync(join(models, ...path), "utf8"));
/** Maximum milliseconds per input: the limits below, a process restart, and a busy machine. */
const PATIENCE = 20_000;
const limits = { seconds: 3, charactersPerSecond: 1e6, bytes: 300 * 2 ** 20, bytesPerCharacter: 0 };

type Try = (
  folder: string,
  chance: Chance,
  host: TokenizerSandbox,
) => Promise<{ readonly shown: string; readonly work: () => Promise<unknown> }>;

/** Runs each input and returns those that ended in neither a result nor a coded error. */
function fuzzed(attempt: Try): FuzzRun {
  return async ({ count, seed, progress }) => {
    const home = mkdtempSync(join(tmpdir(), "tunebook-fuzz-"));
    const [chance, host] = [new Chance(seed), new TokenizerSandbox(limits)];
    const troubles: string[] = [];
    const codes = new Map<string, number>();
    for (let i = 0; i < count && troubles.length < 20; i++) {
      const folder = join(home, "m");
      mkdirSync(folder);
      const { shown, work } = await attempt(folder, chance, host);
      const begun = performance.now();
      let code = "fine";
      try {
        await work();
      } catch (error) {
        code = error instanceof CodedError ? String(error.code) : "uncoded";
        if (code === "uncoded") troubles.push(`${String((error as Error).stack ?? error)}\nin ${shown.slice(0, 3000)}`);
        else if (error instanceof CodedError && /undefined|\[object|NaN/.test(error.message))
          troubles.push(`${code} says ${error.message}\nin ${shown.slice(0, 3000)}`);
      }
      codes.set(code, (codes.get(code) ?? 0) + 1);
      const took = performance.now() - begun;
      if (took > PATIENCE) troubles.push(`took ${took.toFixed(0)} ms\nin ${shown.slice(0, 3000)}`);
      rmSync(folder, { recursive: true });
      if ((i + 1) % 500 === 0) progress(`${String(i + 1)}: ${JSON.stringify(Object.fromEntries(codes))}`);
    }
    host.close();
    rmSync(home, { recursive: true });
    return troubles;
  };
}

const tokenizers = [
  ...["tokenizer-distilbert", "tokenizer-roberta", "tokenizer-xlm-roberta", "chat-llama"].map((name) =>
    read(name, "tokenizer.json"),
  ),
  ...Object.values(hostile),
];
const texts = [
  "",
  "a",
  "Hello, world! It's 5 o'clock.",
  `${"ab".repeat(200)}`,
  "naïve 漢字 \u{1f600}\ufeff \u0301",
  "<s>[MASK]</s>",
  "\0\n\t ",
];

export const tokenizer: FuzzRun = fuzzed((folder, chance, host) => {
  const json = damaged(chance.one(tokenizers), chance);
  const whole = JSON.stringify(json) ?? "null";
  const text = chance.below(20) === 0 ? whole.slice(0, chance.below(whole.length)) : whole;
  writeFileSync(join(folder, "tokenizer.json"), text);
  const work = async (): Promise<void> => {
    const made = await loadTokenizer(folder, host);
    const ids = await made.encode(texts, 64);
    await made.encodePlaced(texts);
    await made.encodePairs(texts, texts, 32);
    for (const row of ids.slice(0, 3)) await made.decode(row);
    made.tokens(ids[1]!);
  };
  return Promise.resolve({ shown: text, work });
});

const folders = readdirSync(models).filter((name) => readdirSync(join(models, name)).includes("model.safetensors"));

export const config: FuzzRun = fuzzed((folder, chance) => {
  const name = chance.one(folders);
  const text = JSON.stringify(damaged(read(name, "config.json"), chance)) ?? "null";
  writeFileSync(join(folder, "config.json"), text);
  symlinkSync(join(models, name, "model.safetensors"), join(folder, "model.safetensors"));
  const work = async (): Promise<void> => {
    await openBase(folder, "folder", registry);
    (await openModelFolder(folder)).program(chance.below(2) === 0);
  };
  return Promise.resolve({ shown: `${name}: ${text}`, work });
});

const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/chat.json", import.meta.url), "utf8"),
) as { readonly templates: Readonly<Record<string, { readonly source: string }>> };
const sources = Object.values(golden.templates).map(({ source }) => source);
const pieces = [
  ...[
    "{% for i in range(9) %}",
    "{% for m in messages %}",
    "{% endfor %}",
    "{% if true %}",
    "{% else %}",
    "{% endif %}",
  ],
  ...[
    "{% set x = x ~ x %}",
    "{% set ns = namespace(x='a') %}",
    "{% set ns.x = ns.x ~ ns.x %}",
    "{% macro m(a) %}",
    "{% endmacro %}",
  ],
  ...[
    "{{ m(1) }}",
    "{{ range(10 ** 9) }}",
    "{{ 'a' * 10 ** 9 }}",
    "{{ messages[-1].content }}",
    "{{ undefined.x }}",
    "{% generation %}",
  ],
  ...[
    "{% endgeneration %}",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "'",
    '"',
    "| trim",
    "| tojson",
    "| join(messages)",
    "| length",
    "loop.index",
  ],
  ...[
    "raise_exception('x')",
    "constructor",
    "__proto__",
    "strftime_now('%Y')",
    "[::-1]",
    "** 99",
    "// 0",
    "not",
    "and",
    "is defined",
    "\0",
    "\u{f8f0}",
  ],
];
const turns: readonly (readonly Message[])[] = [
  [
    { role: "user", content: "Is it so?" },
    { role: "assistant", content: " It is. " },
  ],
  [
    { role: "system", content: "Be brief." },
    { role: "user", content: "{{ 5 }}" },
    { role: "assistant", content: "" },
    { role: "user", content: "\u{1f600}" },
  ],
];
const specials = { bos: "<s>", eos: "</s>", opening: "<s>", all: ["<s>", "</s>", "<|im_end|>"] };

export const template: FuzzRun = fuzzed((_, chance, host) => {
  const source = damagedText(chance.one(sources), pieces, chance);
  const work = async (): Promise<void> => {
    const own = sandboxRenderer("b", source, host);
    await own.renderChats(turns, { specials, addGenerationPrompt: chance.below(2) === 0 });
    await own.stop(specials);
  };
  return Promise.resolve({ shown: source, work });
});
