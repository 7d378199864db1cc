/** The trained tokens, shown with the plan when training begins and by `show`, for each task that trains on tokens. */
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DisplayOutput } from "#kernel/display/html.js";
import { readMarkup } from "#tests/kernel/display/markup.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { writeSmallBert } from "../../session/small-bert.js";
import { writeT5 } from "../../session/small-t5.js";

const fixtures = new URL("../../../../../tests/fixtures/models/", import.meta.url);
const rows = [
  { text: "ann saw paris", label: "no", tokens: ["ann", "saw", "paris"], tags: ["B-per", "O", "B-loc"] },
  { text: "bob is home", label: "yes", tokens: ["bob", "is", "home"], tags: ["B-per", "O", "O"] },
].map((row, i) => ({
  ...row,
  ...{ input: `read ${"ab"[i]}`, target: `written ${"ab"[i]}` },
  messages: [
    { role: "user", content: `Who is ${row.tokens[0]}?` },
    { role: "assistant", content: `A <b>friend</b> of ${i}.` },
  ],
}));

describe("mask in the plan of a training", function () {
  this.timeout(60_000);
  let book: NotebookOfOne;
  before(() => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "bert"), ["ann", "bob", "saw", "par", "##is", "is", "home"]);
    writeT5(join(book.folder, "t5"));
    cpSync(new URL("chat-llama", fixtures), join(book.folder, "llama"), { recursive: true });
    writeFileSync(join(book.folder, "rows.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  });
  after(() => book.close());

  const textOf = (shown: DisplayOutput | undefined) => String(shown?.bundle["text/plain"]);
  /** Returns the outputs that training shows right after its plan. */
  async function begun(
    task: string,
    base: string,
    roles: string,
  ): Promise<{ readonly shown: readonly DisplayOutput[]; readonly mask: string }> {
    const columns = roles.split(" ").map((role) => `${role}: ${role}`);
    const name = `m_${/^\w+/.exec(task)![0]}`;
    const shown = await book.run(`
data d_${name} { source: jsonl("rows.jsonl"), columns: { ${columns.join(", ")} } }
model ${name} { base: "${base}", task: ${task} }
train ${name} on d_${name} { steps: 1, batch_size: 2, shuffle: none, seed: 3 }`);
    const plan = shown.findIndex((s) => textOf(s).startsWith("Plan of"));
    const at = shown.findIndex((s) => textOf(s).includes("which tokens are trained"));
    assert.ok(at === -1 || at === plan + 1, "it stands right below the plan");
    if (at === -1) return { shown, mask: "" };
    readMarkup(String(shown[at]!.bundle["text/html"]), "html");
    const mask = textOf(shown[at]);
    assert.equal(textOf((await book.run(`show ${name}.mask`))[0]), mask);
    return { shown, mask };
  }

  it("shows the first piece of each tagged word", async () => {
    const { mask } = await begun("token_classification", "bert", "tokens tags");
    assert.match(mask, /row 1: 3 of 6 tokens trained\n\[CLS\] ⟦ann saw par⟧is \[SEP\]/);
    assert.match(mask, /row 2: 3 of 5 tokens trained\n\[CLS\] ⟦bob is home⟧ \[SEP\]/);
  });

  it("shows the hidden tokens of a text, and that they differ in each epoch", async () => {
    const { mask } = await begun("fill_mask(share: 40%)", "bert", "text");
    const [, count, marked] = /row 1: (\d) of 6 tokens trained, others in each epoch\n(.*)\n/.exec(mask)!;
    assert.ok(Number(count) >= 1 && !/⟦[^⟧]*\[(CLS|SEP|MASK)\]/.test(marked!), marked);
    assert.equal(marked!.replace(/[⟦⟧ ]/g, ""), "[CLS]annsawparis[SEP]");
  });

  it("shows the target text after the input text", async () => {
    const { mask } = await begun('text2text_generation(prefix: "do: ")', "t5", "input target");
    assert.match(mask, /row 1: 11 of 23 tokens trained\n ?do: read a<\/s> → ⟦ ?written a<\/s>⟧/);
  });

  it("shows the answers of a conversation with escaped markup", async () => {
    const { mask, shown } = await begun("chat, template: chatml", "llama", "messages");
    assert.match(mask, /Who is ann\?<\|im_end\|>\n<\|im_start\|>assistant\n⟦A <b>friend<\/b> of 0\.<\|im_end\|>⟧/);
    assert.ok(
      shown.some((s) =>
        String(s.bundle["text/html"]).includes("A &lt;b&gt;friend&lt;/b&gt; of 0.&lt;|im_end|&gt;</b>"),
      ),
    );
  });

  it("shows all but the first token for next-token training", async () => {
    const { mask } = await begun("text_generation", "llama", "text");
    assert.match(mask, /row 1: (\d+) of (\d+) tokens trained/);
    const [, trained, tokens] = /row 1: (\d+) of (\d+) tokens/.exec(mask)!;
    assert.equal(Number(trained), Number(tokens) - 1);
  });

  it("is empty if each text is trained on one label", async () => {
    assert.equal((await begun("text_classification", "bert", "text label")).mask, "");
    await assert.rejects(book.run("show m_text_classification.mask"), { code: "no-mask" });
  });
});
