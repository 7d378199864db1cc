/** What a deployed model is asked, and what the notebook's says to it. */
import { LRUCache } from "lru-cache";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Deployed } from "#stdlib/targets/kind.js";
import { callText } from "../../host/value-text.js";
import { during } from "../../host/host-context.js";
import { does } from "../../host/load-implementation.js";
import { asked, type Answers } from "../../deployments/runtime-answers.js";
import { fitting } from "../../deployments/fitting.js";
import { goldenOf, type Golden } from "../../deployments/golden.js";
import { hashOf } from "../../deployments/proof.js";
import { writesText } from "../../models/model-handle.js";
import { type Weights } from "../../runs/weights.js";
import type { Opened } from "../../models/opened-run.js";
import type { Stage } from "../../session/execution-context.js";
import type { Deploy } from "./work.js";

/** `room`: tokens that a file of fixed sizes holds. */
export async function goldenFor(
  action: Deploy,
  { weights, tokenizer }: Opened,
  { chat, parts }: Deployed,
  room: number,
): Promise<Golden> {
  const { model, data } = weights.plan.recipe;
  const { answers } = await does(model.task, "task");
  const masked = answers?.places !== undefined && tokenizer.mask !== null && !("context" in data.columns);
  const golden = goldenOf({
    maxLength: model.max_length,
    roles: Object.keys(data.columns),
    mask: masked ? (tokenizer.tokens(Int32Array.of(tokenizer.mask))[0] ?? null) : null,
    writes: !writesText(model) ? false : model.template !== undefined ? "turns" : "texts",
  });
  if (golden.is === "asked") return golden;
  const { family, config, technique } = parts;
  const taken = technique.implementation.virtual?.(technique.call).positions ?? 0;
  const whole = family.shape === "encoder-decoder";
  const positions = whole ? Infinity : Math.min(family.sizes(config).positions - taken, room);
  const most = whole ? Math.min(golden.most, room - 1) : golden.most;
  const fit = await fitting({ ...golden, most }, { chat, tokenizer, positions });
  if ("is" in fit) return fit;
  const shortest = Number.isFinite(fit.shortest)
    ? `the shortest text takes ${String(fit.shortest)} tokens`
    : "it writes no text";
  throw new CodedError("cannot-deploy", {
    model: action.name,
    target: callText(action.target),
    why: `nothing can be asked of it: ${chat ? "with its template " : ""}${shortest}, and it has ${String(positions)} positions for texts and answers`,
    instead: "a larger `max_length`, or another template, and train again",
  });
}

/** By the weights that were asked, and the hash of what they were: several targets of one model are proved by the same answers. */
const known = new WeakMap<Weights, LRUCache<string, Answers>>();
/** Of one model: its targets mostly read the same texts. */
const MOST = 4;

export async function expectedOf(
  { weights, open, base, tokenizer }: Opened,
  golden: Golden,
  name: string,
  { hostContext, signal }: Stage,
): Promise<Answers> {
  const answers = known.get(weights) ?? new LRUCache<string, Answers>({ max: MOST });
  known.set(weights, answers);
  const hash = hashOf(golden);
  const before = answers.get(hash);
  if (before) return before;
  const notebook = { plan: weights.plan, labels: weights.labels, session: open.session, base, tokenizer };
  const said = await during(hostContext, "made-up inputs asked of the notebook's model", () =>
    asked(notebook, golden, name, { signal }),
  );
  answers.set(hash, said);
  return said;
}
