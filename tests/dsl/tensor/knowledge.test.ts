/** Knowledge about single ops belongs in their records; code that reads programs must consult the record. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { ops } from "#dsl/tensor/table.js";

const root = new URL("../../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const filesIn = (room: string): readonly string[] =>
  readdirSync(new URL(room, root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${room}/${name}`);
const importsOf = (path: string): readonly string[] =>
  [...read(path).matchAll(/\bfrom "([^"]+)"|^import "([^"]+)"/gm)].map(([, from, bare]) => {
    const to = (from ?? bare ?? "").replace(/\.js$/, ".ts");
    return to.startsWith("#") ? to.slice(1) : join(dirname(path), to);
  });
const graph = filesIn("dsl/tensor").filter((path) => !path.startsWith("dsl/tensor/backends/"));

/**
 * Files that write or match certain structures, and the ops that they name. (Tensor methods have the names of ops.)
 */
const STRUCTURES: Readonly<Record<string, readonly string[]>> = {
  // Ops that take more than their inputs have builder methods.
  "dsl/tensor/builder.ts": ["attention", "rope", "dropout", "concat"],
  // Activations that a linear layer can apply to its result.
  "dsl/tensor/ops/shared/activation.ts": ["relu", "tanh", "sigmoid", "gelu"],
  // Reduces attention to one query.
  "dsl/tensor/position.ts": ["attention", "take_position"],
  // These ops turn low-bit weights into f32.
  "dsl/tensor/storage.ts": ["cast", "dequantize", "dequantize_blocks", "add"],
  "dsl/tensor/passes/storage.ts": ["cast"],
  // Rewrites insert these ops in place of the pattern they match.
  "dsl/tensor/passes/algebra.ts": ["cast", "reshape", "transpose"],
  "dsl/tensor/passes/reassociation.ts": ["matmul", "transpose"],
  "dsl/tensor/passes/pattern.ts": ["multiply"],
  "dsl/tensor/passes/fusion.ts": ["linear", "relu", "greater"],
  // These ops sum squares per row or over truncated rows; `gather` maps pairs back to rows.
  "dsl/tensor/ops/rows/row-parts.ts": ["gather"],
  "dsl/tensor/ops/rows/row-squares.ts": ["outer_product", "scatter_rows"],
  "dsl/tensor/ops/rows/row-norms.ts": ["outer_product", "scatter_rows"],
  // Low-rank products are rewritten as a product with a merged weight.
  "dsl/tensor/passes/precision.ts": ["cast", "linear", "low_rank_linear", "low_rank_merge"],
};
/** Op names that mean something else in these files: curves, methods of stretching rotary positions. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  "dsl/tensor/ops/shared/gelu.ts": ["gelu", "silu"],
  "dsl/tensor/numbers/rope.ts": ["linear"],
};

describe("knowledge about ops", () => {
  it("is in their records: no other file names ops, except for the listed structures", () => {
    const names = new Set(ops.map((op) => op.name));
    for (const path of graph) {
      if (/^dsl\/tensor\/(ops\/|table\.ts|node-tensor\.ts)/.test(path)) continue;
      const said = read(path).matchAll(/"(\w+)"|\bopTable\.(\w+)|\/ops\/(\w+)\.js/g);
      const found = [...said]
        .map(([, text, entry, file]) => text ?? entry ?? file ?? "")
        .filter((word) => names.has(word));
      const allowed = [...(STRUCTURES[path] ?? []), ...(OTHERS[path] ?? [])];
      assert.deepEqual([...new Set(found)].sort(), [...allowed].sort(), path);
    }
  });

  it("does not depend on graphs: no record imports the op table or graph builders", () => {
    const makers = new Set(["table", "builder", "node-tensor", "position"].map((name) => `dsl/tensor/${name}.ts`));
    for (const path of graph.filter((p) => /^dsl\/tensor\/ops\/[^/]+$/.test(p))) {
      const seen = new Set<string>();
      const open = [path];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        if (seen.has(at)) continue;
        seen.add(at);
        assert.ok(!makers.has(at), `${path} leads to ${at}`);
        open.push(...importsOf(at).filter((to) => to.startsWith("dsl/tensor/")));
      }
    }
  });

  it("is in files without an import cycle, including type imports", () => {
    const done = new Set<string>();
    const visit = (path: string, way: readonly string[]): void => {
      assert.ok(!way.includes(path), [...way.slice(way.indexOf(path)), path].join(" → "));
      if (done.has(path)) return;
      for (const to of importsOf(path)) if (to.startsWith("dsl/tensor/")) visit(to, [...way, path]);
      done.add(path);
    };
    for (const path of graph) visit(path, []);
  });

  it("is consistent: each record's file has the op's name, and input names are unique", () => {
    for (const op of ops) {
      assert.ok(graph.includes(`dsl/tensor/ops/${op.name}.ts`), op.name);
      assert.equal(new Set(op.inputs).size, op.inputs.length, op.name);
      if (op.commutes) assert.equal(op.inputs.length, 2, op.name);
      if (op.memory === "view" || op.memory === "turned") assert.equal(op.inputs.length, 1, op.name);
      if (op.byPosition === "first") assert.ok(op.inputs.length > 1, op.name);
    }
  });
});
