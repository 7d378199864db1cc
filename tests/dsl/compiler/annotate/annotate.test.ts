/**
 * `annotate`: where decisions are saved, what the action contains, and how data based on the annotations uses them.
 */
import assert from "node:assert/strict";
import type { Action } from "#dsl/compiler/plan/action.js";
import { compiled, dataFacts } from "../../world.js";

const columns = "columns: { text: body, label: team }";
const model = 'model router { base: "all-MiniLM-L6-v2", task: text_classification }';

describe("`annotate` statement", () => {
  const acts = (text: string, outside = {}): readonly Action[] => {
    const { actions, codes } = compiled(text, { outside });
    assert.deepEqual(codes, []);
    return actions ?? [];
  };
  const annotated = (text: string, outside = {}) => {
    const found = acts(text, outside).find((action) => action.verb === "annotate");
    assert.ok(found?.verb === "annotate");
    return found;
  };
  const fileOf = (source: string) =>
    annotated(`data tickets { source: ${source}, ${columns} }\nannotate tickets as checked`).data.annotations?.file;

  it("stores decisions next to a single source file, else next to the program", () => {
    assert.deepEqual(
      [
        'csv("tickets.csv")',
        'csv("../x/t.v1.csv.gz")',
        'jsonl("a/b.jsonl")',
        'csv("part-*.csv")',
        'csv("https://example.org/t.csv", sha256: "00")',
        'folder("notes/")',
        "$rows",
      ].map((source) => fileOf(source)),
      [
        ...["tickets.annotations.jsonl", "../x/t.v1.annotations.jsonl", "a/b.annotations.jsonl"],
        ...Array<string>(4).fill("tickets.annotations.jsonl"),
      ],
    );
  });

  it("picks rows at random without a trained model, by uncertainty with one", () => {
    const data = `data tickets { source: csv("t.csv"), ${columns} }`;
    const order = (statement: string, outside = {}) => annotated(`${data}\n${model}\n${statement}`, outside).order;
    assert.equal(order("annotate tickets as checked"), "random");
    assert.equal(order("annotate tickets with router as checked"), "random");
    // The hash of the trained weights does not matter: a model older than the annotations can still rank rows by
    // uncertainty.
    assert.equal(order("annotate tickets with router as checked", { trained: { router: "hash" } }), "uncertainty");
    assert.equal(order("annotate tickets with router as checked { order: label_issues }"), "label_issues");
  });

  it("defines data to train on, vary and annotate again; another source has no decisions", () => {
    const found = acts(
      `data tickets { source: csv("t.csv"), ${columns}, split: random(train: 80%, test: 20%) }\n${model}\n` +
        `annotate tickets.test as checked { rows: 5, annotator: "ann" }\n` +
        'data other like checked { sample: 10 }\ndata away like checked { source: csv("o.csv") }\n' +
        "annotate checked as again\ntrain router on checked { epochs: 1 }",
    );
    const file = { file: "t.annotations.jsonl", role: "label" };
    const annotations = found.flatMap((action) => ("data" in action ? [action.data.annotations] : []));
    assert.deepEqual(annotations, [undefined, file, file, undefined, file]);
    const asked = found.find((action) => action.verb === "annotate");
    assert.deepEqual(asked?.verb === "annotate" && [asked.split, asked.rows, asked.annotator], ["test", 5, "ann"]);
    const train = found.find((action) => action.verb === "train");
    assert.deepEqual(train?.verb === "train" && train.plan.recipe.data.annotations, file);
  });

  it("lists annotators in the plan, and keeps the decisions' path out of the recipe hash", () => {
    const none = { changed: 0, labelled: 0, dropped: 0, waiting: 0, ties: 0, lost: 0, unread: 0 };
    const facts = { annotated: { file: "f", rows: 3, by: [{ annotator: "ann", rows: 3 }], ...none } };
    const planOf = (name: string) => {
      const text = `data ${name} { source: $rows, ${columns}, split: random(train: 80%, validation: 10%, test: 10%) }\n${model}\nannotate ${name} as checked\ntrain router on checked`;
      const { actions, codes } = compiled(text, { data: () => dataFacts(facts) });
      assert.deepEqual(codes, []);
      const train = actions?.find((action) => action.verb === "train");
      assert.ok(train?.verb === "train");
      return train.plan;
    };
    assert.deepEqual(planOf("tickets").annotated, { rows: 3, by: ["ann"] });
    // The name determines where the annotations are saved.
    assert.equal(planOf("tickets").recipeHash, planOf("letters").recipeHash);
  });

  it("adds labels to unlabelled data if `labels` is set", () => {
    const found = annotated(
      'data n { source: csv("t.csv"), columns: { text: body }, labels: [no, yes] }\nannotate n as m',
    );
    assert.deepEqual(found.data.annotations, { file: "t.annotations.jsonl", role: "label", adds: true });
    assert.deepEqual(found.data.columns, { text: "body", label: "label" });
  });
});
