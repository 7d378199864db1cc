/**
 * Chat, from conversations to answers: tokens and masks equal those of transformers for every template, ten steps equal
 * PyTorch's, packed rows train like unpacked ones, errors come before the run, the mask is shown, and answers end where
 * the template ends them.
 */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Implementations } from "#dsl/language/types/registry.js";
import { loadTokenizer, type Tokenizer } from "#kernel/bases/tokenizer.js";
import { vocabularyTemplateRenderer } from "#kernel/bases/chat-renderer.js";
import { truncateChat, encodeChats, measureChats, renderConversationPrompts } from "#kernel/data/encoding/chat.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import type { Message } from "#stdlib/conversations/kind.js";
import { registry } from "#stdlib/registry.js";
import { jinjaTemplate } from "#stdlib/templates/shared/jinja-template.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";

interface Case {
  readonly messages: readonly Message[];
  readonly ids: readonly number[];
  readonly mask: readonly number[];
  readonly prompt: readonly number[];
}
interface Golden {
  readonly templates: Readonly<Record<string, { readonly source: string; readonly cases: readonly Case[] }>>;
  readonly training: { readonly losses: readonly number[]; readonly norms: readonly number[] };
}
const root = new URL("../../../../..", import.meta.url);
const golden = JSON.parse(readFileSync(new URL("tests/golden/oracle/chat.json", root), "utf8")) as Golden;
const fixture = new URL("tests/fixtures/models/chat-llama/", root);
const conversations = golden.templates["chatml"]!.cases.slice(0, 8).map(({ messages }) => messages);

describe("conversation encoding", () => {
  let tokenizer: Tokenizer;
  before(async () => {
    tokenizer = await loadTokenizer(fixture.pathname);
  });
  const check = async (template: Implementations["template"], cases: readonly Case[]) => {
    for (const { messages, ids, mask, prompt } of cases) {
      const chat = { name: "x", renderer: vocabularyTemplateRenderer(template), tokenizer, learn: "all" } as const;
      const [row] = await encodeChats([{ row: 1, messages }], chat, "d");
      assert.deepEqual([...row!.ids], ids, JSON.stringify(messages));
      assert.deepEqual([...row!.trained], mask, JSON.stringify(messages));
      const [asked] = await tokenizer.encodePlaced(
        await renderConversationPrompts(chat, [{ row: 1, messages: messages.slice(0, -1) }]),
      );
      assert.deepEqual([...asked!.ids], prompt);
    }
  };
  for (const [name, { source, cases }] of Object.entries(golden.templates)) {
    const word = registry.find("template", name);
    if (word)
      it(`gives the tokens and mask of transformers for ${name}`, async () => {
        await check((await word.load!()) as Implementations["template"], cases);
      });
    it(`matches the Jinja template of ${name}, with and without its generation blocks`, async () => {
      await check(jinjaTemplate(source), cases);
      await check(jinjaTemplate(source.replace(/\{% (?:end)?generation %\}/g, "")), cases);
    });
  }

  describe("prompt of a prediction", () => {
    const turn = "{{ '<|im_start|>' + m['role'] + '\\n' }}";
    /**
     * Like Qwen3's template: the last answer gets an empty thinking block, which the prompt for a prediction lacks.
     */
    const thinking = `{% for m in messages %}${turn}{% if m['role'] == 'assistant' and loop.last %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}{{ m['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`;
    const encoded = (source: string, turns: readonly Message[], learn: "all" | "last" = "all") =>
      encodeChats(
        [{ row: 7, messages: turns }],
        { name: "own", renderer: vocabularyTemplateRenderer(jinjaTemplate(source)), tokenizer, learn },
        "d",
      );
    const [asked, answered]: readonly Message[] = [
      { role: "user", content: "Two and two?" },
      { role: "assistant", content: "Four." },
    ];

    it("is refused if the template adds text between the prompt and the trained answer", async () => {
      for (const turns of [
        [asked!, answered!],
        [asked!, answered!, asked!, answered!],
      ])
        await assert.rejects(encoded(thinking, turns), (error: CodedError<"template-prefix-differs">) => {
          assert.deepEqual([error.code, error.data.row], ["template-prefix-differs", 7]);
          assert.ok(error.data.trained.includes("<think>") && !error.data.asked.includes("<think>"));
          return true;
        });
      const told = thinking.replace(
        "assistant\\n' }}{% endif %}",
        "assistant\\n<think>\\n\\n</think>\\n\\n' }}{% endif %}",
      );
      assert.equal((await encoded(told, [asked!, answered!])).length, 1);
      // Earlier answers lack the thinking block, while prompts now contain it.
      await assert.rejects(encoded(told, [asked!, answered!, asked!, answered!]), { code: "template-prefix-differs" });
      assert.equal((await encoded(told, [asked!, answered!, asked!, answered!], "last")).length, 1);
    });
    it("may share a token with an answer that starts with whitespace", async () => {
      const spaced = (content: string) =>
        encoded(thinking.replaceAll("<think>\\n\\n</think>\\n\\n", ""), [asked!, { role: "assistant", content }]);
      for (const content of ["    code", "\n\nFour.", "\n"]) assert.equal((await spaced(content)).length, 1);
    });
    it("is compared at both ends of a long conversation", async () => {
      const turns = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? asked! : answered!));
      await assert.rejects(encoded(thinking, turns), { code: "template-prefix-differs" });
    });
    it("may differ before an answer without a user request", async () => {
      assert.equal((await encoded(thinking.replaceAll("<think>\\n\\n</think>\\n\\n", ""), [answered!])).length, 1);
    });
  });

  it("finds the minimum length that preserves a trained stop token", async () => {
    const word = registry.find("template", "chatml")!;
    const template = (await word.load!()) as Implementations["template"];
    const chat = { name: "chatml", renderer: vocabularyTemplateRenderer(template), tokenizer, learn: "all" } as const;
    const rows = conversations.map((messages, i) => ({ row: i + 1, messages }));
    const { lengths, stops } = await measureChats(rows, chat, "d");
    const encoded = await encodeChats(rows, chat, "d");
    assert.deepEqual(
      [...lengths],
      encoded.map(({ ids }) => ids.length - 1),
    );
    const stop = tokenizer.idOf(template.stop(tokenizer.specials));
    const kept = (most: number): number =>
      encoded
        .map((row) => truncateChat(row, most))
        .filter(({ ids, trained }) => ids.some((id, at) => at > 0 && trained[at] === 1 && id === stop)).length;
    assert.ok(stops?.soonest && stops.soonest > stops.latestStart / 4);
    assert.ok(kept(stops.soonest) > 0);
    if (stops.latestStart < stops.soonest) assert.equal(kept(stops.soonest - 1), 0);
  });

  it("reads masked answers and trains the others", async () => {
    const word = registry.find("template", "chatml")!;
    const template = (await word.load!()) as Implementations["template"];
    const turns: readonly Message[] = [
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" },
      { role: "assistant", content: "d" },
    ];
    const masked = turns.map((turn, i) => (i === 1 ? { ...turn, trained: false as const } : turn));
    const chat = (learn: "all" | "last") => ({
      name: "chatml",
      renderer: vocabularyTemplateRenderer(template),
      tokenizer,
      learn,
    });
    const encoded = async (given: readonly Message[], learn: "all" | "last") =>
      (await encodeChats([{ row: 1, messages: given }], chat(learn), "d"))[0]!;
    const last = await encoded(turns, "last");
    assert.deepEqual(await encoded(masked, "all"), last);
    assert.deepEqual(await encoded(masked, "last"), last);
    assert.ok((await encoded(turns, "all")).trained.indexOf(1) < last.trained.indexOf(1));
    const none = turns.map((turn) => (turn.role === "assistant" ? { ...turn, trained: false as const } : turn));
    await assert.rejects(encoded(none, "all"), /no turn of the assistant's in it is trained/);
  });

  it("trains only the last answer with `learn: last`", async () => {
    const template = (await registry.find("template", "chatml")!.load!()) as Implementations["template"];
    const [, messages] = conversations;
    const [all, last] = await Promise.all(
      (["all", "last"] as const).map(
        async (learn) =>
          (
            await encodeChats(
              [{ row: 1, messages: messages! }],
              { name: "x", renderer: vocabularyTemplateRenderer(template), tokenizer, learn },
              "d",
            )
          )[0]!,
      ),
    );
    const learnt = (row: typeof all) => tokenizer.spell(row!.ids.filter((_, i) => row!.trained[i] === 1));
    assert.equal(await learnt(all), "Hello! How can I help?<|im_end|>Bonjour à tous 😀<|im_end|>");
    assert.equal(await learnt(last), "Bonjour à tous 😀<|im_end|>");
  });

  it("truncates at the end, or at the start if nothing trained would remain", () => {
    const row = (trained: readonly number[]) => ({
      row: 1,
      ids: Int32Array.from(trained, (_, i) => i),
      trained: Uint8Array.from(trained),
    });
    assert.deepEqual([...truncateChat(row([0, 0, 1, 1, 0, 0, 1]), 3).ids], [0, 1, 2, 3]);
    const late = truncateChat(row([1, 0, 0, 0, 0, 1, 1, 0]), 3);
    assert.deepEqual([...late.ids], [3, 4, 5, 6]);
    assert.deepEqual(
      [...late.trained],
      [0, 0, 1, 1].map((_, i) => [0, 0, 1, 1][i]),
    );
    assert.equal(truncateChat(row([0, 1, 1]), 2).ids.length, 3);
  });
});

describe("chat training of a small LLaMA", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n");
  const save = (name: string, text: string) => writeFileSync(join(book.folder, name), text);
  before(async () => {
    book = new NotebookOfOne();
    cpSync(fixture, join(book.folder, "llama"), { recursive: true });
    save("chats.jsonl", lines(conversations.map((messages) => ({ messages }))));
    const sharegpt = conversations.map((turns) =>
      turns.map(({ role, content }) => ({ from: role === "user" ? "human" : "gpt", value: content })),
    );
    save(
      "sharegpt.jsonl",
      lines(sharegpt.map((conversation, i) => ({ conversation, part: i === 7 ? "validation" : "train" }))),
    );
    await book.run(`
data chats { source: jsonl("chats.jsonl"), columns: { messages: messages } }
recipe same { steps: 10, batch_size: 4, shuffle: none, dropout: 0, schedule: linear(warmup: 6%), clip: 1.0, optimizer: adamw(learning_rate: 1e-2, weight_decay: 0.01) }
model helper { base: "llama", task: chat, template: chatml }
`);
  });
  after(() => book.close());
  const model = (name: string) => book.values.get(name) as ModelHandle;
  const losses = (name: string) => model(name).history.map((s) => s.loss);

  it("gives the base's score as the loss of the first step", async () => {
    await book.run("evaluate helper on chats");
    const { metrics, rows } = book.session.evaluations.at(-1)!;
    assert.equal(rows, 8);
    await book.run("train helper on chats with same as once { steps: 1, batch_size: 8 }");
    assert.ok(Math.abs(metrics["loss"]! - losses("once")[0]!) < 1e-5, `${metrics["loss"]} ${losses("once")[0]}`);
  });
  const near = (ours: readonly number[], theirs: readonly number[], tolerance: number) => {
    assert.equal(ours.length, theirs.length);
    ours.forEach((x, i) =>
      assert.ok(
        Math.abs(x - theirs[i]!) <= tolerance * Math.abs(theirs[i]!),
        `step ${i + 1}: ${x}, the oracle has ${theirs[i]}`,
      ),
    );
  };
  /** Returns the error's code, data and diagnostics. */
  const refusal = async (text: string): Promise<string> => {
    try {
      await book.run(text);
    } catch (error) {
      const { code, data, diagnostics } = error as { code?: string; data?: unknown; diagnostics?: unknown };
      return JSON.stringify({ code, data, diagnostics });
    }
    return "it ran";
  };

  it("takes the ten steps of PyTorch with the same mask, with a Tune template and the base's own", async () => {
    await book.run("train helper on chats with same");
    near(losses("helper"), golden.training.losses, 1e-4);
    near(
      model("helper").history.map((s) => s.norm),
      golden.training.norms,
      1e-3,
    );
    await book.run(`model own { base: "llama", task: chat }\ntrain own on chats with same`);
    assert.deepEqual(losses("own"), losses("helper"));
  });

  it("reads ShareGPT directly and with `turns`, and packing does not change the losses", async () => {
    await book.run(`
data shared { source: jsonl("sharegpt.jsonl"), columns: { messages: conversation }, split: by_column(part) }
data told { source: jsonl("sharegpt.jsonl", stream: true), columns: { messages: turns(conversation, role: from, content: value, roles: { human: user, gpt: assistant }) }, split: by_column(part) }
recipe whole { steps: 6, batch_size: 100, shuffle: random, dropout: 0, keep: last, schedule: constant, validate: every(steps: 3), optimizer: adamw(learning_rate: 1e-2) }
train helper on shared with whole as loose
train helper on told with whole as packed { packing: true }
evaluate packed on shared.validation`);
    near(losses("packed"), losses("loose"), 1e-5);
    assert.ok(losses("loose").at(-1)! < 0.85 * losses("loose")[0]!);
    const { metrics, rows } = book.session.evaluations.at(-1)!;
    assert.equal(rows, 1);
    near([metrics["loss"]!], [model("loose").validations.at(-1)!["loss"]!], 1e-5);
    near([metrics["perplexity"]!], [Math.exp(metrics["loss"]!)], 1e-9);
  });

  it("learns its answers, predicts them for texts and conversations, and stops at the template's stop", async () => {
    const pairs = [
      ["Two and two?", "Four."],
      ["Say it in French.", "Bonjour"],
    ] as const;
    save("pairs.csv", ["prompt,completion", ...pairs.map(([q, a]) => `${q},${a}`)].join("\n"));
    await book.run(`
data pairs { source: csv("pairs.csv"), columns: { input: prompt, target: completion } }
model learner { base: "llama", task: chat(learn: last), template: llama3 }
train learner on pairs { steps: 60, batch_size: 2, dropout: 0, schedule: constant, optimizer: adamw(learning_rate: 1e-2) }`);
    const learner = model("learner");
    const asked = await learner.predict<WrittenContinuation>(pairs.map(([q]) => q));
    assert.deepEqual(
      asked.map(({ text, continuation, ended }) => [text, continuation, ended]),
      pairs.map(([q, a]) => [q, a, "end"]),
    );
    const turns = [{ role: "user", content: "Two and two?" }];
    const [one] = await learner.predict<WrittenContinuation>(turns);
    assert.equal(one!.continuation, "Four.");
    let streamed = "";
    for await (const piece of learner.stream(turns)) streamed += piece;
    assert.equal(streamed, "Four.");
    await book.run("predict learner on pairs as answers");
    assert.deepEqual(
      (book.values.get("answers") as readonly WrittenContinuation[]).map((w) => w.continuation),
      ["Four.", "Bonjour"],
    );
    const talks = pairs.map(([q, a]) => [
      { role: "user", content: q },
      { role: "assistant", content: a },
    ]);
    save(
      "talks.jsonl",
      lines(
        talks.map((messages, i) => ({
          messages:
            i === 0
              ? messages
              : [...talks[0]!, { role: "user", content: "Two?" }, { role: "assistant", content: "no" }],
        })),
      ),
    );
    await book.run(`
data talks { source: jsonl("talks.jsonl"), columns: { messages: messages } }
evaluate learner on pairs, talks { metrics: [exact_match, perplexity], max_tokens: 8 }`);
    // The metric requests the last answer of the second conversation, which was never trained.
    assert.deepEqual(
      book.session.evaluations.slice(-2).map(({ metrics }) => metrics["exact_match"]),
      [1, 0.5],
    );
    await assert.rejects(learner.predict([{ role: "tool", content: "x" }]), { code: "bad-conversation" });
    await assert.rejects(learner.predict([{ role: "assistant", content: "x" }]), { code: "template-refuses" });
  });

  it("reads Alpaca files directly", async () => {
    const rows = [
      { instruction: "Add", input: "1 and 2", output: "3" },
      { instruction: "Greet", input: "", output: "Hi" },
    ];
    save("alpaca.json", JSON.stringify(rows));
    await book.run(`
data tasks { source: json("alpaca.json"), columns: { messages: alpaca() } }
model obedient { base: "llama", task: chat, template: alpaca }
train obedient on tasks { steps: 1, batch_size: 2 }`);
    const [mask] = await book.run("show obedient.mask");
    const text = String(mask!.bundle["text/plain"]);
    assert.match(text, /### Instruction:\nAdd\n\n### Input:\n1 and 2\n\n### Response:\n⟦3<\/s>⟧/);
    assert.match(text, /row 2: \d of \d+ tokens trained\n.*### Instruction:\nGreet\n\n### Response:\n⟦Hi<\/s>⟧/s);
    assert.match(String(mask!.bundle["text/html"]), /<b [^>]*>3&lt;\/s&gt;<\/b>/);
  });

  it("reports the row and its error before training", async () => {
    const attempt = async (
      rows: readonly unknown[],
      columns = "messages: m",
      more = "",
      task = "chat, template: gemma",
    ) => {
      save("bad.jsonl", lines(rows));
      return refusal(
        `data bad { source: jsonl("bad.jsonl"), columns: { ${columns} } }\nmodel strict { base: "llama", task: ${task} }\ntrain strict on bad { steps: 1 ${more} }`,
      );
    };
    const turn = (role: string, content = "x") => ({ role, content });
    const good = { m: [turn("user"), turn("assistant")] };
    assert.match(await attempt([good, { m: [turn("tool")] }]), /bad-conversation.*"row":2.*\\"tool\\"/);
    const called = { ...turn("assistant"), tool_calls: [{ id: "1" }] };
    assert.match(
      await attempt([good, { m: [turn("user"), called] }]),
      /field-not-built.*"row":2.*"tool_calls".*"turn":2/,
    );
    assert.match(await attempt([good, { ...good, tools: [{ name: "f" }] }]), /field-not-built.*"row":2.*"tools"/);
    assert.match(
      await attempt([good, { m: [turn("user"), called] }], "messages: turns(m, ignore: [tools, tool_cals])"),
      /field-not-built.*"tool_calls".*"misspelt":"tool_cals"/,
    );
    const muted = { ...turn("assistant"), weight: 0 };
    assert.match(await attempt([good, { m: [turn("user"), muted] }]), /nothing-to-train.*"row":2.*weights say/);
    assert.match(await attempt([good, { m: "hello" }]), /bad-conversation.*"row":2.*not a list/);
    assert.match(await attempt([good, { m: [turn("user")] }]), /nothing-to-train.*"row":2/);
    assert.match(
      await attempt([good, { m: [turn("system"), turn("user"), turn("assistant")] }]),
      /template-refuses.*"row":2/,
    );
    assert.match(await attempt([good], "messages: turns(x)"), /unknown-column.*"x"/);
    assert.match(await attempt([good], "text: turns(m)"), /not-a-conversation/);
    assert.match(await attempt([good], "text: m"), /missing-role.*"messages"/);
    assert.match(
      await attempt([good], "messages: m", "", "text_generation, template: chatml"),
      /template-without-chat/,
    );
    assert.match(await attempt([good], "messages: m", "", "chat, template: chatmll"), /unknown-word.*"chatml"/);
    writeFileSync(join(book.folder, "llama", "tokenizer_config.json"), "{}");
    cpSync(join(book.folder, "llama"), join(book.folder, "bare"), { recursive: true });
    cpSync(fixture, join(book.folder, "llama"), { recursive: true });
    assert.match(await refusal(`model untold { base: "bare", task: chat }`), /no-template.*chatml/);
  });

  it("shows the training mask before training, and lists unused fields", async () => {
    const rows = [
      { role: "user", content: "hi" },
      { role: "assistant", content: "hello", weight: 0 },
      { role: "user", content: "bye", id: 7 },
      { role: "assistant", content: "see you", weight: 1 },
    ];
    save("weighed.jsonl", lines([{ m: rows }]));
    const shown = await book.run(
      'data weighed { source: jsonl("weighed.jsonl"), columns: { messages: m } }\n' +
        'model fresh { base: "llama", task: chat, template: chatml }\nshow fresh.mask on weighed',
    );
    const text = shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
    assert.match(text, /these fields of the turns are not read: id/);
    assert.match(text, /user: hi ⏎ assistant: hello/);
    assert.match(text, /assistant\nhello<\|im_end\|>[^⟦]*⟦see you<\|im_end\|>⟧/);
    assert.match(await refusal("show fresh.mask"), /not-trained.*"mask":true/);
    assert.match(await refusal("show fresh.history"), /not-trained/);
    assert.match(await refusal("show fresh.history on weighed"), /wrong-operand/);
  });
  it("lists truncated conversations", async () => {
    const long = [
      { role: "user", content: "word ".repeat(40) },
      { role: "assistant", content: "late" },
    ];
    save("long.jsonl", lines([{ m: long }, { m: conversations[0] }]));
    const shown = await book.run(`data long { source: jsonl("long.jsonl"), columns: { messages: m } }
model short { base: "llama", task: chat, template: chatml, max_length: 30 }`);
    assert.ok(shown.length > 0);
    const { diagnostics } = await book.session.compile(
      { id: "x", title: "x", text: "train short on long { steps: 1 }" },
      { folder: book.folder, live: () => undefined, typescript: () => [], parameters: {} } as never,
    );
    assert.deepEqual(
      diagnostics.map((d) => [d.code, (d.data as { rows?: number }).rows]),
      [
        ["truncated", 1],
        ["warm-up-takes-all", undefined],
      ],
    );
    await book.run("train short on long { steps: 1 }");
    const [mask] = await book.run("show short.mask");
    assert.match(String(mask!.bundle["text/plain"]), /⟦late<\|im_end\|>⟧\n\nrow 2/);
  });
});
