/** Calls and assignments that need no counterpart: each rule matters, as the statement is listed without the rule. */
import assert from "node:assert/strict";
import {
  verdictRules,
  statementVerdictOf,
  type VerdictRule,
  type VerdictRules,
  type StatementVerdict,
} from "#kernel/apps/import/verdicts.js";

/** One statement for each rule that accepts a statement. */
const calls: readonly (readonly [whole: string, text: string])[] = [
  ["trainer.train", ""],
  ["LogCallback", ""],
  ["wandb.init", '"x"'],
  ["torch.cuda.is_available", ""],
  ["torch.set_float32_matmul_precision", '"high"'],
  ["torch.no_grad", ""],
  ["torch.autocast", '"cuda"'],
  ["Accelerator", ""],
  ["login", ""],
  ["model.save_pretrained", '"x"'],
  ["trainer.evaluate", ""],
  ["model.generate", "ids"],
  ["tokenizer", '"a text"'],
  ["model.print_trainable_parameters", ""],
  ["transformers.logging.set_verbosity_error", ""],
  ["model.named_parameters", ""],
  ["model.state_dict", ""],
  ["logits.argmax", ""],
  ["model.to", '"cuda"'],
  ["model.gradient_checkpointing_enable", ""],
];
const assignments: readonly (readonly [whole: string, text: string])[] = [
  ["model.config.use_cache", "False"],
  ["model.config.pretraining_tp", "1"],
  ["torch._dynamo.config.recompile_limit", "9"],
  ["cudnn.benchmark", "True"],
  ["model.config.id2label", "names"],
  ["tokenizer.padding_side", '"right"'],
];
const kinds = { calls, assignments } as const;

function verdict(
  kind: keyof VerdictRules,
  [whole, text]: readonly [string, string],
  own: VerdictRules = verdictRules,
): StatementVerdict {
  const about = kind === "assignments" ? "assignment" : whole.includes(".") ? "call" : "function";
  return statementVerdictOf(about, { name: whole.split(".").at(-1) ?? "", whole, text }, own);
}
const passes = ([, { is }]: VerdictRule): boolean => is !== "left";

describe("statements without a counterpart", () => {
  it("share one reason for weight loops, distinct from disabled gradients", () => {
    const why = (whole: string): string | undefined => {
      const found = verdict("calls", [whole, ""]);
      return found.is === "idle" ? found.why : undefined;
    };
    const named = why("model.named_parameters");
    assert.deepEqual([why("layers.parameters"), why("model.modules")], [named, named]);
    for (const other of ["model.print_trainable_parameters", "torch.autocast", "torch.no_grad"])
      assert.notEqual(why(other), named);
    assert.notEqual(why("torch.no_grad"), why("torch.autocast"));
  });
  for (const kind of ["calls", "assignments"] as const) {
    it(`${kind}: are listed once the rule that lets them pass is deleted`, () => {
      const needed = new Set<VerdictRule>();
      for (const one of kinds[kind]) {
        assert.notEqual(verdict(kind, one).is, "left", one[0]);
        for (const rule of verdictRules[kind]) {
          const rest = { ...verdictRules, [kind]: verdictRules[kind].filter((other) => other !== rule) };
          if (verdict(kind, one, rest).is === "left") needed.add(rule);
        }
      }
      const unproved = verdictRules[kind].filter((rule) => passes(rule) && !needed.has(rule));
      assert.deepEqual(
        unproved.map(([pattern]) => String(pattern)),
        [],
      );
    });
    it(`${kind}: have a reason in every rule that ignores them`, () => {
      for (const [, made] of verdictRules[kind]) assert.ok(made.is === "read" || made.why.length > 5);
    });
  }
  it("are listed under an unknown name", () => {
    for (const kind of ["calls", "assignments"] as const)
      assert.equal(verdict(kind, ["model.config.zz_other", "1"]).is, "left");
  });
});
