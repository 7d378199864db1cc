import assert from "node:assert/strict";
import { defineWord, defineParameter } from "#dsl/language/types/define.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";

/** Code that the compiler must reject is marked `@ts-expect-error`: the build fails if it is accepted. */
describe("word definitions", () => {
  const said = { doc: "", example: "" } as const;
  const load = (): Promise<never> => Promise.reject(new Error("not loaded"));
  const size = defineParameter({
    ...{ name: "size", type: { is: "number" }, default: { value: 8 } },
    ...{ doc: "", why: "", impact: "low" },
  });

  it("type their arguments by their parameters", () => {
    const word = defineWord({
      ...{ kind: "metric", name: "large", ...said },
      parameters: [
        size,
        { name: "how", type: { is: "choice", of: ["up", "down"] }, required: true, doc: "", why: "", impact: "low" },
        { name: "note", type: { is: "text" }, doc: "", why: "", impact: "low" },
        {
          name: "names",
          type: { is: "record", of: { is: "text" } },
          default: { value: { record: {} } },
          doc: "",
          why: "",
          impact: "low",
        },
        {
          name: "of",
          type: { is: "word", kind: "source" },
          positional: "rest",
          required: true,
          doc: "",
          why: "",
          impact: "low",
        },
      ],
      check({ arguments: given }) {
        const [n, how, note]: [number, "up" | "down", string | undefined] = [given.size, given.how, given.note];
        // @ts-expect-error -- misspelt
        const wrong: unknown = given.sise;
        const [name, of]: [string | undefined, readonly Call[]] = [given.names.record["a"], given.of];
        assert.deepEqual([n, how, note, wrong, name, of], [3, "up", undefined, undefined, "b", []]);
      },
      capabilities: {
        better: "greater",
        outcomes: ["label"],
        constant: (call) => (call.arguments.size > 1 ? "median" : "all labels"),
      },
      load,
    });
    const call = {
      kind: "metric",
      word: "large",
      arguments: { size: 3, how: "up", names: { record: { a: "b" } }, of: [] },
    } as const;
    const nothing = {} as Parameters<NonNullable<typeof word.check>>[1];
    word.check?.(call, nothing);
    const { constant } = word.capabilities;
    assert.equal(typeof constant === "function" && constant(call), "median");
  });

  it("accept only the capabilities of their kind", () => {
    const parts = { ...said, parameters: [] } as const;
    const words = [
      defineWord({
        kind: "metric",
        name: "a",
        ...parts,
        load,
        // @ts-expect-error -- misspelt
        capabilities: { greaterIsBeter: true, outcomes: ["label"] },
      }),
      defineWord({
        kind: "metric",
        name: "b",
        ...parts,
        load,
        // @ts-expect-error -- no such outcome
        capabilities: { better: "greater", outcomes: ["lable"] },
      }),
      // @ts-expect-error -- a metric says what it measures
      defineWord({ kind: "metric", name: "c", ...parts, load }),
      // @ts-expect-error -- a schedule has nothing to say
      defineWord({ kind: "schedule", name: "d", ...parts, load, capabilities: { takesLiveValue: true } }),
      // @ts-expect-error -- no such kind
      defineWord({ kind: "shedule", name: "e", ...parts }),
    ];
    assert.deepEqual(
      words.map(({ name }) => name),
      ["a", "b", "c", "d", "e"],
    );
  });

  it("require an implementation for a kind that runs, unless they are planned", () => {
    const parts = { ...said, parameters: [] } as const;
    const measures = { better: "greater", of: ["label"] } as const;
    const served = {
      runtime: null,
      readBy: [],
      server: () => {
        throw new Error("not called");
      },
    } as const;
    const words = [
      // @ts-expect-error -- nothing to run
      defineWord({ kind: "metric", name: "a", ...parts, capabilities: measures }),
      // @ts-expect-error -- nothing to run
      defineWord({ kind: "schedule", name: "b", ...parts }),
      // @ts-expect-error -- what it says is no leave to do nothing
      defineWord({ kind: "schedule", name: "c", ...parts, capabilities: { server: true } }),
      // @ts-expect-error -- a target is written, or serves
      defineWord({ kind: "target", name: "d", ...parts, capabilities: { runtime: null, readBy: [] } }),
      defineWord({ kind: "target", name: "e", ...parts, capabilities: served }),
      defineWord({ kind: "schedule", name: "f", ...parts, planned: { meanwhile: "`linear`" } }),
      defineWord({ kind: "cadence", name: "g", ...parts }),
    ];
    assert.deepEqual(
      words.map((word) => word.load),
      words.map(() => undefined),
    );
  });

  it("are found with the type of their kind", async () => {
    const found: Pick<Registry, "find"> = registry;
    const roles: readonly string[] | undefined = found.find("task", "text_classification")?.capabilities?.roles;
    assert.deepEqual(roles, ["text", "label"]);
    // @ts-expect-error -- of another kind
    assert.equal(found.find("metric", "accuracy")?.capabilities?.roles, undefined);
    const technique = await found.find("technique", "full")?.load?.();
    assert.equal(technique?.saved, "model");
  });
});
