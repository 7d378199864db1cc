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
});
