/**
 * The run of a deployment: a folder like a training's, listed with the trainings; it contains the proof and the
 * destination.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import canonicalize from "canonicalize";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import { writePrivateFileAsync } from "../../fetch/private.js";
import { lockHolderOf, type RunLock } from "../../runs/run-lock.js";
import { currentProcess } from "../../runs/writer.js";
import { callText } from "../../host/value-text.js";
import type { UnstampedRunEvent } from "../../events/events.js";
import { claimNewRun } from "../../training/claim-run.js";
import { PROOF_FILE, type DeploymentProof } from "../../deployments/proof.js";
import type { TrainedWeights } from "../../runs/weights.js";
import { RunFolder } from "../../runs/run-folder.js";
import { version } from "../../session/version.js";

const [SOURCE, PUSHED] = ["source", "pushed"] as const;

export class DeploymentRun {
  private readonly begun = performance.now();
  private constructor(
    readonly run: RunFolder,
    private readonly lock: RunLock,
  ) {}

  static begin(
    runs: string,
    options: {
      readonly name: string;
      readonly weights: TrainedWeights;
      readonly target: Call;
      readonly home: string;
      readonly engine: string;
    },
  ): DeploymentRun {
    const { weights, target, name, home, engine } = options;
    const { plan, labels } = weights;
    const source = RunFolder.open(weights.folder);
    const recipeHash = hashOf(plan, target);
    removeLeft(runs);
    const { run, lock } = claimNewRun(
      runs,
      `${name}-${target.word}`,
      { ...plan, recipeHash },
      {
        recipeHash,
        planHash: plan.planHash,
        dataHash: weights.data.hash,
        baseHash: plan.recipe.model.baseHash,
        labels,
        home,
        engine,
        tunebook: version,
        node: process.version,
        deployment: { of: source.id, target: callText(target) },
      },
    );
    const made = new DeploymentRun(run, lock);
    made.event({
      kind: "started",
      recipe: recipeHash,
      plan: plan.planHash,
      engine,
      steps: 1,
      process: { ...currentProcess(), locks: true },
    });
    return made;
  }

  /** Where the model folder for targets is until the run ends. */
  get source(): string {
    return join(this.run.path, SOURCE);
  }

  /** Where the deployment is until it is pushed. */
  get pushed(): string {
    return join(this.run.path, PUSHED);
  }

  async proved(proof: DeploymentProof): Promise<void> {
    await writePrivateFileAsync(join(this.run.path, PROOF_FILE), `${JSON.stringify(proof, null, 2)}\n`);
  }

  end(reason: "done" | "interrupted" | "failed"): void {
    try {
      for (const folder of [this.source, this.pushed]) rmSync(folder, { recursive: true, force: true });
      const seconds = (performance.now() - this.begun) / 1000;
      this.event({ kind: "stopped", step: reason === "done" ? 1 : 0, reason, seconds });
    } finally {
      this.lock.release();
    }
  }

  /** If the log can't be written either (full disk), the original error is reported. */
  abandon(reason: "interrupted" | "failed"): void {
    try {
      this.end(reason);
    } catch {
      // The first error states the cause.
    }
  }

  private event(event: UnstampedRunEvent): void {
    this.run.append({ at: new Date().toISOString(), run: this.run.id, ...event });
  }
}

/** Removes what interrupted deployments left: a full model each. */
function removeLeft(runs: string): void {
  for (const id of existsSync(runs) ? readdirSync(runs) : []) {
    const path = join(runs, id);
    const left = [SOURCE, PUSHED].map((name) => join(path, name)).filter((folder) => existsSync(folder));
    if (left.length === 0 || RunFolder.open(path).lock()?.deployment === undefined || lockHolderOf(path) !== null)
      continue;
    for (const folder of left) rmSync(folder, { recursive: true, force: true });
  }
}

/** Differs from the training's hash, so that no training resumes from this run. */
function hashOf(plan: Plan, target: Call): string {
  return createHash("sha256")
    .update(canonicalize({ deploys: plan.recipeHash, target }) ?? "")
    .digest("hex");
}
