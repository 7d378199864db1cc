/** Settings that no reader requests: renaming a key has the same effect as deleting its reader. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { importSettings, parseSettings, interpretSettings } from "#kernel/apps/import/import.js";
import { leafPathsOf, UnreadExpression } from "#kernel/apps/import/settings.js";
import { examples, fileOf, outcomeOf } from "./corpus.js";

/** Returns the value with one key renamed, for each key at any depth. */
function renamings(value: unknown, path = ""): readonly { readonly path: string; readonly value: unknown }[] {
  if (value instanceof UnreadExpression) return [];
  if (Array.isArray(value))
    return value.flatMap((one, i) =>
      renamings(one, `${path}[${String(i)}]`).map((inner) => ({ ...inner, value: value.with(i, inner.value) })),
    );
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
    // Readers recognize a call by the last part of its name: `trainer.train`.
    const other = path === "program" ? key.replace(/[^.]*$/, "zz_$&") : `zz_${key}`;
    const own = { path: at(other), value: { ...value, [key]: undefined, [other]: one } };
    const inner = renamings(one, at(key)).map((made) => ({ ...made, value: { ...value, [key]: made.value } }));
    return leafPathsOf(one).length === 0 ? [] : [own, ...inner];
  });
}
function leftIn(settings: Readonly<Record<string, unknown>>, file: string): readonly string[] | undefined {
  try {
    const { left, idle } = interpretSettings(settings, file);
    const lost = left.map(({ setting }) => setting);
    // A section without effect is listed once, for all its settings.
    return [...lost, ...idle.map(({ setting }) => `${setting}.`)];
  } catch (error) {
    if (error instanceof CodedError) return undefined; // no program is written
    throw error;
  }
}

describe("settings that no reader requests", () => {
  for (const tool of [...new Set(examples.map(({ of }) => of))])
    it(`${tool}: each key of the corpus is listed as not imported`, () => {
      const seen = new Set<string>();
      for (const one of examples) {
        if (one.of !== tool || one.chats !== undefined || outcomeOf(one).is === "refused") continue;
        const { text, name } = fileOf(one);
        for (const { path, value } of renamings(parseSettings(text, name))) {
          const key = path.replace(/\[\d+\]/g, "[]");
          if (seen.has(key) || !isRecord(value)) continue;
          seen.add(key);
          const left = leftIn(value, name);
          const listed = left?.some(
            (setting) =>
              setting === path ||
              path.startsWith(setting.endsWith(".") ? setting : `${setting}.`) ||
              path.startsWith(`${setting}[`) ||
              setting.startsWith(path),
          );
          assert.ok(left === undefined || listed, `${one.for[0] ?? ""}: ${path} of ${left?.join() ?? ""}`);
        }
      }
    });

  const axolotl = { base_model: "b", datasets: [{ path: "a.jsonl", type: "alpaca" }] };
  const left = (more: object): readonly string[] =>
    importSettings(stringify({ ...axolotl, ...more }), "a.yaml").left.map(({ setting }) => setting);
  it("are listed as not imported", () => {
    assert.deepEqual(left({}), []);
    const shown = importSettings(stringify({ ...axolotl, special_tokens: { pad_token: "<pad>" } }), "a.yaml").program;
    assert.match(shown, /<pad>/, "tokens of texts are shown");
    for (const [more, setting] of [
      [{ special_tokens: { pad_token: "<pad>" } }, "special_tokens.pad_token"],
      [{ eval_steps: 20 }, "eval_steps"],
      [{ dataset_exact_deduplication: true }, "dataset_exact_deduplication"],
      [{ loss_watchdog_threshold: 5 }, "loss_watchdog_threshold"],
      [{ resume_from_checkpoint: "out/1" }, "resume_from_checkpoint"],
    ] as const)
      assert.deepEqual(left(more), [setting]);
  });
  it("never show tokens", () => {
    const keys = [
      ...["hub_token", "hf_use_auth_token", "wandb_api_key", "hf_hub_token", "ms_hub_token", "push_to_hub_token"],
      ...[
        "swanlab_lark_webhook_url",
        "access_token",
        "huggingface_token",
        "neptune_api_token",
        "wandb_key",
        "s3_access_key",
      ],
      ...["aws_secret_access_key", "secret_key", "credentials", "mlflow_tracking_token", "hub_api_key"],
    ];
    for (const key of keys)
      assert.doesNotMatch(
        importSettings(stringify({ ...axolotl, [key]: "planted" }), "a.yaml").program,
        /planted/,
        key,
      );
    const inside = { hub: { token: "planted" }, env: { WANDB_API_KEY: "planted", HF_TOKEN: "planted" } };
    const code = {
      callbacks: 'MyCallback(api_key="planted", other=1)',
      ray_init_kwargs: { _redis_password: "planted" },
    };
    assert.doesNotMatch(importSettings(stringify({ ...axolotl, ...inside, ...code }), "a.yaml").program, /planted/);
  });
  it("exclude settings without effect, which are listed with a reason", () => {
    const { idle, left: lost } = importSettings(
      stringify({ ...axolotl, output_dir: "out", wandb_project: "p" }),
      "a.yaml",
    );
    assert.deepEqual(lost, []);
    assert.deepEqual(
      idle.map(({ setting }) => setting),
      ["output_dir", "wandb_project"],
    );
    assert.ok(idle.every(({ why }) => why !== ""));
  });
});
