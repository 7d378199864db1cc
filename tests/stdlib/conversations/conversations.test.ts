/** Reading conversations from columns: the usual forms by themselves, any other as `turns` says, bad rows with their reason. */
import assert from "node:assert/strict";
import type { Call, Value } from "#dsl/types/value.js";
import { alpaca } from "#stdlib/conversations/alpaca.run.js";
import { turns, usualTurns } from "#stdlib/conversations/turns.run.js";

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

describe("conversations", () => {
  it("reads roles and contents, and ShareGPT's fields, as lists or as JSON", () => {
    for (const value of [wanted, sharegpt, JSON.stringify(wanted), JSON.stringify(sharegpt)])
      assert.deepEqual(usualTurns(value), wanted);
  });

  it("reads the fields and roles that are named", () => {
    const value = [
      { who: "customer", says: "u" },
      { who: "agent", says: "a" },
    ];
    const roles = { record: { customer: "user", agent: "assistant" } };
    const named = call("turns", { column: "c", role: "who", content: "says", roles });
    assert.deepEqual(turns.columns(named), ["c"]);
    assert.deepEqual(turns.read(named, [value]), wanted.slice(1));
    assert.deepEqual(turns.read(named, [[{ who: "bot", says: "x" }]]), {
      refused: 'turn 1 is of the role "bot", which is none of system, user, assistant, customer, agent',
    });
  });

  it("says what is wrong with a row", () => {
    const refused = (value: unknown) => {
      const read = usualTurns(value);
      return "refused" in read ? read.refused : "read";
    };
    assert.match(refused("no JSON"), /a text that is no JSON list, not a list of turns/);
    assert.match(refused(null), /empty/);
    assert.match(refused({ role: "user" }), /a object|not a list/);
    assert.match(refused([]), /no turn/);
    assert.match(refused(["x"]), /turn 1 is no record/);
    assert.match(refused([{ content: "x" }]), /turn 1 says no `role`/);
    assert.match(refused([{ role: "user" }]), /turn 1 has no text in `content`/);
    assert.match(refused([{ role: "tool", content: "x" }]), /role "tool", which is none of system, user, human/);
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

  describe("fields of turns", () => {
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

    it("takes weight, train and training at their word, and only 0, 1, true, false", () => {
      for (const off of [{ weight: 0 }, { train: false }, { training: false }, { weight: 0, train: false }])
        assert.deepEqual(read(off), [wanted[1], { ...wanted[2], trained: false }]);
      for (const on of [{ weight: 1 }, { train: true }, { weight: null }]) assert.deepEqual(read(on), wanted.slice(1));
      const why = (answer: object) => {
        const said = read(answer);
        return "refused" in said ? said.refused : "read";
      };
      assert.match(why({ weight: 0.5 }), /turn 2: its `weight` is 0.5; a turn is trained/);
      assert.match(why({ train: "false" }), /its `train` is "false"/);
      assert.match(why({ weight: 1, train: false }), /says otherwise than its other fields/);
      const asked = turns.read(call("turns", { column: "m" }), [[{ ...wanted[1], weight: 1 }, wanted[2]]]);
      assert.match("refused" in asked ? asked.refused : "", /turn 1: .*it is the user's/);
    });

    it("refuses by name what a model would be given and isn't built, in turns and beside them", () => {
      const tools = [{ type: "function" }];
      for (const field of ["tool_calls", "function_call", "reasoning_content", "thinking", "images"])
        assert.deepEqual((read({ [field]: tools }) as { field?: unknown }).field, { field, turn: 2 });
      for (const column of ["tools", "functions"])
        for (const value of [tools, JSON.stringify(tools)])
          assert.deepEqual((read({}, { [column]: value }) as { field?: unknown }).field, { column });
    });

    it("takes what is empty for absent, and leaves out what the program says", () => {
      for (const nothing of [null, [], "", {}, false, "[]"])
        assert.deepEqual(read({ tool_calls: nothing }, { tools: nothing }), wanted.slice(1));
      const ignore = ["tool_calls", "tools", "weight"];
      assert.deepEqual(read({ tool_calls: [1], weight: 0 }, { tools: [1] }, { ignore }), wanted.slice(1));
    });

    it("tells of fields that no model sees", () => {
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

    it("refuses the turns before and the system of Alpaca's kin", () => {
      const names = call("alpaca", {});
      const said = alpaca.read(names, ["q", "", "a"], beside({ history: [["q", "a"]] }));
      assert.deepEqual((said as { field?: unknown }).field, { column: "history" });
      assert.ok(Array.isArray(alpaca.read(names, ["q", "", "a"], beside({ history: [], system: "" }))));
    });
  });
});
