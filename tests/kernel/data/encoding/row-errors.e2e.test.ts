/** Row errors found during encoding name the row and its file, as other row errors do. */
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { writeSmallBert } from "../../session/small-bert.js";

const fixtures = new URL("../../../../../tests/fixtures/models/", import.meta.url);
const good = {
  text: "ann saw",
  text_pair: "bob",
  label: "no",
  score: 0.5,
  labels: ["no"],
  tokens: ["ann", "saw"],
  tags: ["O", "B-per"],
  question: "who is bob",
  context: "ann saw bob",
  answer: "bob",
  messages: [
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
  ],
};
const asked = (content: string) => [{ role: "user", content }, good.messages[1]!];
const trained = [
  {
    ...good,
    text: "bob is home",
    tokens: ["bob", "is"],
    question: "is ann home",
    messages: asked("Where is the tower?"),
  },
  {
    ...good,
    text: "who is",
    tokens: ["who", "is"],
    score: 0.1,
    label: "yes",
    labels: ["yes"],
    question: "who saw",
    messages: asked("Nobody?"),
  },
];
const tested = [
  { ...good, text: "home bob", tokens: ["home", "bob"], question: "saw ann", messages: asked("How many?") },
];

describe("row error with one file per split", function () {
  this.timeout(60_000);
  let book: NotebookOfOne;
  before(() => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "bert"), ["ann", "bob", "saw", "who", "is", "home"]);
    cpSync(new URL("chat-llama", fixtures), join(book.folder, "llama"), { recursive: true });
  });
  after(() => book.close());

  let made = 0;
  /** Returns the error of a training with a test split, possibly streamed, whose second row is `wrong`. */
  async function said(task: string, roles: string, wrong: object, o = { base: "bert", more: "" }): Promise<string> {
    made++;
    const rows = (...all: readonly object[]): string => all.map((row) => JSON.stringify(row)).join("\n");
    writeFileSync(join(book.folder, "a.jsonl"), rows(...trained));
    writeFileSync(join(book.folder, `b${made}.jsonl`), rows(...tested, { ...good, ...wrong }));
    const columns = roles.split(" ").map((role) => `${role}: ${role}`);
    const run = book.run(`
data d${made} { source: { train: jsonl("a.jsonl"), test: jsonl("b${made}.jsonl"${o.more}) }, columns: { ${columns.join(", ")} }${task.startsWith("text_class") ? ", labels: [no, yes, maybe, never]" : ""} }
data known { source: jsonl("a.jsonl"), columns: { ${columns.join(", ")} } }
model m${made} { base: "${o.base}", task: ${task} }
train m${made} on known { steps: 1, batch_size: 2, seed: 3 }
evaluate m${made} on d${made}.test`);
    return run.then(
      () => assert.fail(`${task} took it`),
      (error: unknown) => (error as Error).message,
    );
  }
  const cases: readonly [task: string, roles: string, wrong: object, says: RegExp][] = [
    ["regression(range: 0..1)", "text score", { score: 7 }, /row 2 \(test\) has the score 7/],
    ["token_classification", "tokens tags", { tags: ["O"] }, /row 2 \(test\) has 2 tokens and 1 tags/],
    ["token_classification", "tokens tags", { tags: ["O", "per"] }, /row 2 \(test\) has the tag "per"/],
    ["question_answering", "question context answer", { answer: [] }, /the question of row 2 \(test\) has no answer/],
    [
      "sentence_similarity(loss: cosine, range: 0..1)",
      "text text_pair score",
      { score: 7 },
      /row 2 \(test\) has the score 7/,
    ],
    ["text_classification", "text label", { label: "maybe" }, /"maybe", first in row 2 \(test\)/],
    ["multilabel_classification", "text labels", { labels: ["x", "y"] }, /2 labels .*"x", "y".* row 2 \(test\)/],
    [
      "token_classification",
      "tokens tags",
      { tags: ["B-loc", "I-loc"] },
      /2 labels .*"B-loc", "I-loc".* row 2 \(test\)/,
    ],
  ];
  for (const [task, roles, wrong, says] of cases)
    it(`${task}: ${JSON.stringify(wrong)}`, async () => assert.match(await said(task, roles, wrong), says));

  it("names the split of a conversation too", async () => {
    const wrong = { messages: [{ role: "user", content: "a" }] };
    assert.match(
      await said("chat", "messages", wrong, { base: "llama", more: "" }),
      /row 2 \(test\) of d\d+ has nothing to train/,
    );
  });
});
