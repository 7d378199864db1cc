/**
 * Reading conversations from columns: the usual formats are recognized, any other is read as `turns` describes, and bad
 * rows are reported with their reason.
 */
import assert from "node:assert/strict";
import type { Call, Value } from "#dsl/language/types/value.js";
import { alpaca } from "#stdlib/conversations/alpaca.js";
import { turns, readMessages } from "#stdlib/conversations/turns.run.js";

const wanted = [
  { role: "system", content: "s" },
  { role: "user", content: "u" },
  { role: "assistant", content: "a" },
];
const sharegpt = [
  { from: "system", value: "s" },
  { from: "human", value: "u" },
  { from: "gpt", value: "a" },
];
const call = (word: string, given: Record<string, Value>): Call => ({ word, kind: "conversation", arguments: given });

describe("conversation reader", () => {
  it("joins the text parts of a content into one text", () => {
    const parts = (...texts: readonly string[]) => texts.map((text) => ({ type: "text", text }));
    const list = [wanted[0], { role: "user", content: parts("u") }, { role: "assistant", content: parts("a", "b") }];
    const read = [wanted[0], wanted[1], { role: "assistant", content: "ab" }];
    assert.deepEqual(readMessages(list), read);
    assert.deepEqual(readMessages(JSON.stringify(list)), read);
  });
  it("reads roles and contents, and ShareGPT's fields, from lists or JSON", () => {
    for (const value of [wanted, sharegpt, JSON.stringify(wanted), JSON.stringify(sharegpt)])
      assert.deepEqual(readMessages(value), wanted);
  });

  it("reads custom field and role names", () => {
    const value = [
      { who: "customer", says: "u" },
      { who: "agent", says: "a" },
    ];
    const roles = { record: { customer: "user", agent: "assistant" } };
    const named = call("turns", { column: "c", role: "who", content: "says", roles });
    assert.deepEqual(turns.columns(named), ["c"]);
    assert.deepEqual(turns.read(named, [value]), wanted.slice(1));
    assert.deepEqual(turns.read(named, [[{ who: "bot", says: "x" }]]), {
      refused:
        'turn 1 is of the role "bot", which is not one of system, developer, user, human, assistant, gpt, customer, agent',
    });
  });

  it("explains what is wrong with a row", () => {
    const refused = (value: unknown) => {
      const read = readMessages(value);
      return "refused" in read ? read.refused : "read";
    };
    assert.match(refused("no JSON"), /a text that is not JSON list, not a list of turns/);
    assert.match(refused(null), /empty/);
    assert.match(refused({ role: "user" }), /a object|not a list/);
    assert.match(refused([]), /no turn/);
    assert.match(refused(["x"]), /turn 1 is no record/);
    assert.match(refused([{ content: "x" }]), /turn 1 has no `role`/);
    assert.match(refused([{ role: "user" }]), /turn 1 has no text in `content`/);
    assert.match(
      refused([{ role: "tool", content: "x" }]),
      /role "tool", which is not one of system, developer, user, human/,
    );
    assert.match(refused([wanted[1], wanted[0]]), /turn 2 is of the system/);
    assert.match(refused([{ role: "__proto__", content: "x" }]), /role "__proto__"/);
  });

  it("reads Alpaca's columns", () => {
    const names = call("alpaca", { instruction: "ask", input: "input", output: "output" });
    assert.deepEqual(alpaca.columns(names), ["ask", "input", "output"]);
    const [, , answer] = wanted;
    assert.deepEqual(alpaca.read(names, ["q", "", "a"]), [{ role: "user", content: "q" }, answer]);
    assert.deepEqual(alpaca.read(names, ["q", "about", "a"]), [
      { role: "user", content: "q", context: "about" },
      answer,
    ]);
    assert.deepEqual(alpaca.read(names, ["", "", "a"]), { refused: "its instruction is empty" });
    assert.deepEqual(alpaca.read(names, ["q", null, 4]), { refused: "its output is no text" });
  });

  describe("fields of conversation turns", () => {
    const beside = (columns: Record<string, unknown> = {}) => {
      const unread: string[] = [];
      return {
        column: (name: string) => columns[name],
        unread: (field: string) => void unread.push(field),
        told: unread,
      };
    };
    const read = (answer: object, columns = {}, given = {}) =>
      turns.read(call("turns", { column: "m", ...given }), [[wanted[1], { ...wanted[2], ...answer }]], beside(columns));

    it("honours weight, train and training, with only 0, 1, true and false as values", () => {
      for (const off of [
        { weight: 0 },
        { train: false },
        { training: false },
        { loss: false },
        { do_train: false },
        { weight: 0, train: false },
      ])
        assert.deepEqual(read(off), [wanted[1], { ...wanted[2], trained: false }]);
      for (const on of [{ weight: 1 }, { train: true }, { weight: null }]) assert.deepEqual(read(on), wanted.slice(1));
      const why = (answer: object) => {
        const said = read(answer);
        return "refused" in said ? said.refused : "read";
      };
      assert.match(why({ weight: 0.5 }), /turn 2: its `weight` is 0.5; a turn is trained/);
      assert.match(why({ train: "false" }), /its `train` is "false"/);
      assert.match(why({ weight: 1, train: false }), /contradicts its other fields/);
      const asked = turns.read(call("turns", { column: "m" }), [[{ ...wanted[1], weight: 1 }, wanted[2]]]);
      assert.match("refused" in asked ? asked.refused : "", /turn 1: .*it is the user's/);
    });

    it("rejects unsupported model inputs by name, in turns and in other columns", () => {
      const tools = [{ type: "function" }];
      for (const field of ["tool_calls", "function_call", "reasoning_content", "thinking", "images"])
        assert.deepEqual((read({ [field]: tools }) as { field?: unknown }).field, { field, turn: 2 });
      for (const column of ["tools", "functions"])
        for (const value of [tools, JSON.stringify(tools)])
          assert.deepEqual((read({}, { [column]: value }) as { field?: unknown }).field, { column });
    });

    it("rejects a system text outside the turns, and an answer whose question is in another column", () => {
      for (const column of ["system", "system_prompt", "documents"])
        assert.deepEqual((read({}, { [column]: "x" }) as { field?: unknown }).field, { column });
      const alone = (columns: Record<string, unknown>) =>
        turns.read(call("turns", { column: "chosen" }), [[wanted[2]]], beside(columns));
      assert.deepEqual((alone({ prompt: "q" }) as { field?: unknown }).field, { column: "prompt" });
      assert.ok(Array.isArray(alone({})));
      assert.ok(Array.isArray(read({}, { prompt: "as the turns have it" })));
    });

    it("finds ShareGPT's fields with `turns` too, and can skip textless tool calls, untrained", () => {
      const ignore = ["tool_calls"];
      assert.deepEqual(
        turns.read(call("turns", { column: "c", role: "role", content: "content", ignore }), [sharegpt]),
        wanted,
      );
      const called = [wanted[1], { role: "assistant", content: null, tool_calls: [{}] }, wanted[2]];
      assert.deepEqual(turns.read(call("turns", { column: "c", ignore }), [called]), [
        wanted[1],
        { role: "assistant", content: "", trained: false },
        wanted[2],
      ]);
    });

    it("suggests a fix for each mistake", () => {
      const help = (value: unknown) => {
        const said = readMessages(value);
        return "refused" in said ? said.help : "read";
      };
      assert.match(help([wanted[1], { ...wanted[2], weight: 0.5 }]) ?? "", /write 1 or 0/);
      assert.match(help("no JSON") ?? "", /a list of turns/);
      const picture = { type: "image_url", image_url: { url: "x" } };
      assert.match(
        help([{ role: "user", content: [{ type: "text", text: "x" }, picture] }]) ?? "",
        /parts that are texts/,
      );
      for (const odd of [[], [null], ["x"], [{ type: "text" }], [{ type: "refusal", refusal: "no" }]])
        assert.match(help([{ role: "user", content: odd }]) ?? "", /parts that are texts/);
      assert.equal(help([{ role: "narrator", content: "x" }]), undefined);
    });

    it("treats empty fields as absent, and ignores the fields listed in the program", () => {
      for (const nothing of [null, [], "", {}, false, "[]"])
        assert.deepEqual(read({ tool_calls: nothing }, { tools: nothing }), wanted.slice(1));
      const ignore = ["tool_calls", "tools", "weight"];
      assert.deepEqual(read({ tool_calls: [1], weight: 0 }, { tools: [1] }, { ignore }), wanted.slice(1));
    });

    it("reports fields that no model sees", () => {
      const told = beside();
      const rows = [
        [
          { ...wanted[1], id: "7", lang: null, weight: 0 },
          { ...wanted[2], model: "gpt-4" },
        ],
      ];
      assert.ok(!("refused" in turns.read(call("turns", { column: "m" }), rows, told)));
      assert.deepEqual(told.told, ["id", "model"]);
    });

    it("rejects a history column of Alpaca variants, but accepts empty history and system", () => {
      const names = call("alpaca", {});
      const said = alpaca.read(names, ["q", "", "a"], beside({ history: [["q", "a"]] }));
      assert.deepEqual((said as { field?: unknown }).field, { column: "history" });
      assert.ok(Array.isArray(alpaca.read(names, ["q", "", "a"], beside({ history: [], system: "" }))));
    });
  });
});
