import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { emitTensorflow } from "#dsl/tensor/backends/tensorflow/emit.js";
import { TensorflowGraph } from "#dsl/tensor/backends/tensorflow/graph.js";
import { lowerings } from "#dsl/tensor/backends/tensorflow/lower/table.js";
import { writeSavedModel, type GraphNode } from "#dsl/tensor/backends/tensorflow/saved-model.js";
import { Graph } from "#dsl/tensor/builder.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import type { Program } from "#dsl/tensor/program.js";
import { ops, opTable } from "#dsl/tensor/table.js";
import { hard_swish } from "#tests/dsl/tensor/passes/hard-swish.js";
import { PbfReader } from "pbf";

interface ReadNode {
  name: string;
  op: string;
  inputs: string[];
}
/** Returns the names, ops and inputs of the nodes in a SavedModel's bytes. */
function nodesOf(bytes: Uint8Array): ReadNode[] {
  const nodes: ReadNode[] = [];
  const node = (tag: number, n: ReadNode, pbf: PbfReader): void => {
    if (tag === 1) n.name = pbf.readString();
    else if (tag === 2) n.op = pbf.readString();
    else if (tag === 3) n.inputs.push(pbf.readString());
  };
  const graph = (tag: number, all: ReadNode[], pbf: PbfReader): void => {
    if (tag === 1) all.push(pbf.readMessage(node, { name: "", op: "", inputs: [] }));
  };
  const meta = (tag: number, all: ReadNode[], pbf: PbfReader): void => void (tag === 2 && pbf.readMessage(graph, all));
  new PbfReader(bytes).readFields(
    (tag: number, all: ReadNode[], pbf: PbfReader) => void (tag === 2 && pbf.readMessage(meta, all)),
    nodes,
  );
  return nodes;
}

/** A program that trains one linear layer with adamw. */
function training(): Program {
  const graph = new Graph();
  const x = graph.input("x", { dtype: "f32", shape: ["batch", 3] });
  const labels = graph.input("labels", { dtype: "i32", shape: ["batch"] });
  const rate = graph.input("rate", { dtype: "f32", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const zeros = (name: string) =>
    graph.state(name, { type: { dtype: "f32", shape: [2, 3] }, trains: true, initial: { zeros: true } });
  const w = zeros("w");
  const loss = graph.one("cross_entropy", [x.linear(w), labels], { ignore: -100, reduction: "mean" });
  const [d] = gradientsOfLoss(graph, loss, [w]);
  const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };
  const updated = graph.apply("adamw", [w, zeros("m"), zeros("v"), d!, rate, step], settings);
  ["w", "m", "v"].forEach((name, i) => graph.update(name, updated[i]!));
  graph.output("loss", loss);
  return graph.program();
}

describe("TensorFlow graph of a program", () => {
  it("has a lowering or a decomposition for every op", () => {
    assert.deepEqual(
      ops.filter((op) => !Object.hasOwn(lowerings, op.name) && !op.decompose).map((op) => op.name),
      [],
      "each of these needs `decompose` in its record, or a form in dsl/tensor/backends/tensorflow/lower",
    );
  });

  it("contains each node once, before its readers", () => {
    const seen = new Set<string>();
    for (const { name, inputs } of nodesOf(emitTensorflow({ train: training() }).savedModel)) {
      assert.ok(!seen.has(name), `${name} is there twice`);
      for (const input of inputs) assert.ok(seen.has(input.replace(/^\^|:\d+$/g, "")), `${name} reads ${input}`);
      seen.add(name);
    }
  });
  it("updates a state in place, after all its readers", () => {
    const model = emitTensorflow({ train: training() });
    const nodes = nodesOf(model.savedModel);
    const adam = nodes.filter((n) => n.op === "ResourceApplyAdam");
    assert.equal(adam.length, 1);
    const handle = adam[0]!.inputs[0]!;
    const read = nodes.find((n) => n.name.startsWith("train/") && n.op === "ReadVariableOp" && n.inputs[0] === handle)!;
    const before = ancestors(nodes, adam[0]!.name);
    const readers = nodes.filter(
      (n) => n.name.startsWith("train/") && n.inputs.some((i) => i.replace(/^\^/, "") === read.name),
    );
    for (const reader of readers)
      if (reader.op !== "AssignSubVariableOp" && reader.op !== "ResourceApplyAdam")
        assert.ok(before.has(reader.name), reader.name);
    assert.ok(ancestors(nodes, model.programs["train"]!.update!.replace(/:0$/, "")).has(adam[0]!.name));
  });
  it("reads no updated state for the fetched outputs", () => {
    const model = emitTensorflow({ train: training() });
    const nodes = nodesOf(model.savedModel);
    const loss = ancestors(nodes, model.programs["train"]!.outputs["loss"]!.tensor.replace(/:\d+$/, ""));
    assert.ok(![...loss].some((name) => /Apply|Assign/.test(name)));
  });
  it("shares states between programs, and rejects conflicting ones", () => {
    const other = (shape: number[]): Program => {
      const graph = new Graph();
      graph.output(
        "y",
        graph.state("w", { type: { dtype: "f32", shape }, trains: true, initial: { zeros: true } }).exp(),
      );
      return graph.program();
    };
    const model = emitTensorflow({ train: training(), read: other([2, 3]) });
    assert.equal(nodesOf(model.savedModel).filter((n) => n.op === "VarHandleOp").length, 3);
    assert.throws(
      () => emitTensorflow({ train: training(), read: other([3, 2]) }),
      (e) => e instanceof CodedError && e.code === "graph-invalid",
    );
  });
  it("rejects an unknown op by name", () => {
    const program = training();
    const nodes = program.nodes.map((n) => (n.op === "linear" ? { ...n, op: "bilinear" } : n));
    assert.throws(
      () => emitTensorflow({ train: { ...program, nodes } }),
      (e) => e instanceof CodedError && e.code === "graph-unknown-op" && e.message.includes('no operation "bilinear"'),
    );
  });
  it("reports a known op without a lowering", () => {
    const { decompose: _, ...lone } = hard_swish;
    Object.assign(opTable, { hard_swish: lone });
    try {
      const graph = new Graph();
      graph.output("y", graph.one("hard_swish" as "tanh", [graph.input("x", { dtype: "f32", shape: [2] })]));
      assert.throws(
        () => emitTensorflow({ read: graph.program() }),
        (e) => e instanceof CodedError && e.message.includes('"hard_swish"'),
      );
    } finally {
      Reflect.deleteProperty(opTable, hard_swish.name);
    }
  });
  it("has the same bytes for the same programs", () => {
    assert.deepEqual(emitTensorflow({ a: training() }).savedModel, emitTensorflow({ a: training() }).savedModel);
  });
  it("writes −1 for a free dimension", () => {
    const graph = new TensorflowGraph();
    graph.node("Placeholder", [], { dtype: { type: "f32" }, shape: { shape: [-1, 2] } });
    const text = Buffer.from(writeSavedModel(graph.nodes as GraphNode[])).toString("hex");
    assert.match(text, /08ffffffffffffffffff01/);
  });
});

function ancestors(nodes: readonly ReadNode[], name: string): Set<string> {
  const byName = new Map(nodes.map((n) => [n.name, n]));
  const found = new Set<string>();
  const stack = [name];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    stack.push(...byName.get(at)!.inputs.map((i) => i.replace(/^\^|:\d+$/g, "")));
  }
  return found;
}
