/** Baselines in `evaluate`: their names in the plan, and errors at their position. */
import assert from "node:assert/strict";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { compiled, marked } from "../../world.js";

const data = `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
model m { base: "minilm", task: text_classification }
train m on d
`;

describe("baselines in `evaluate`", () => {
  it("are listed after the models, with their name and call", () => {
    const { actions, codes } = compiled(`${data}evaluate baseline(majority), m on d.test`);
    assert.deepEqual(codes, []);
    const action = actions!.find((one) => one.verb === "evaluate");
    assert.ok(action?.verb === "evaluate");
    assert.deepEqual(action.names, ["m", "baseline(majority)"]);
    assert.deepEqual(action.contenders, {
      "baseline(majority)": {
        call: { word: "baseline", kind: "contender", arguments: { of: "majority" } },
        folder: ".",
      },
    });
  });
  it("add a probe head to a base without one", () => {
    const action = compiled(`${data}evaluate m, m.base on d.test`).actions!.find((one) => one.verb === "evaluate");
    assert.ok(action?.verb === "evaluate");
    assert.deepEqual(action.contenders?.["m.base"], {
      ...{ baseOf: "m", folder: "." },
      probe: { word: "baseline", kind: "contender", arguments: { of: "probe" } },
    });
  });
  it("leave no key in a plan without them", () => {
    const action = compiled(`${data}evaluate m on d.test`).actions!.find((one) => one.verb === "evaluate");
    assert.ok(action && !("contenders" in action));
  });

  for (const [what, text, code, help] of [
    ["alone", "evaluate ‹baseline(majority)› on d.test", "contenders-alone", /name a model first/],
    ["twice", "evaluate m, baseline(majority), ‹baseline(majority)› on d.test", "named-twice", /./],
    ["of a choice that is none", "evaluate m, baseline(‹most_frequent›) on d.test", "unknown-choice", /majority/],
    ["without its choice", "evaluate m, ‹baseline› on d.test", "missing-argument", /./],
    ["unknown", "evaluate m, ‹basline›(majority) on d.test", "unknown-word", /baseline/],
    [
      "without rows to learn from",
      'data e { source: csv("a.csv"), columns: { text: text, label: label } }\nevaluate m, ‹baseline(majority)› on e',
      "no-rows-to-learn",
      /split `train`|that split/,
    ],
    [
      "a base without a head that has no rows to learn one from",
      'data e { source: csv("a.csv"), columns: { text: text, label: label } }\nevaluate m, ‹m.base› on e',
      "no-rows-to-learn",
      /that split/,
    ],
    ["of what isn't there", "evaluate m, ‹k›.base on d.test", "unknown-name", /./],
  ] as const)
    it(`are reported at their place: ${what}`, () => {
      const { text: source, places } = marked(`${data}${text}`);
      const { diagnostics } = compiled(source);
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      const [place] = places;
      assert.deepEqual(
        errors.map((one) => [one.code, one.span.start, one.span.end]),
        [[code, place?.start, place?.end]],
      );
      assert.match(
        `${textsOfCode(errors[0]!.code, errors[0]!.data as never).help ?? ""} ${JSON.stringify(errors[0])}`,
        help,
      );
    });
});
