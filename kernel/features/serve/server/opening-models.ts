/** Models of a server that already listens while the folders are inspected: requests are rejected with the reason. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ModelLease, ServedModelCollection, Readiness, ServedModel, ServingFacts } from "../contract.js";
import { version } from "../../../session/version.js";

const WHY = "the server has just begun and opens its models";

export class OpeningModels implements ServedModelCollection {
  private models: ServedModelCollection | null = null;

  /** Switches to the actual models: each accepts requests as soon as it is open. */
  found(models: ServedModelCollection): void {
    this.models = models;
  }

  /** Coded errors: `model-opening`, and those of the models. */
  hold(name: string | null): ModelLease {
    if (this.models) return this.models.hold(name);
    throw new CodedError("model-opening", { name: name ?? "the model", why: WHY, seconds: 1 });
  }
  list(): readonly ServedModel[] {
    return this.models?.list() ?? [];
  }
  ready(): Readiness {
    return this.models?.ready() ?? { ready: false, why: `opening: ${WHY}` };
  }
  facts(): ServingFacts {
    return this.models?.facts?.() ?? { version, engines: [], weights: 0 };
  }
}
