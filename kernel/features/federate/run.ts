/** `federate`: the plan, the rounds with a live view, and the resulting model. */
import type { Action } from "#dsl/compiler/plan/action.js";
import { planCardView } from "../../display/plans/plan-card.js";
import { createFederation } from "./session/federates.js";
import { LiveFederation } from "./session/live-view.js";
import { type ExecutionContext, warnerAt } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { trainNamedModel } from "../../training-runs/train-named.js";

export async function runFederate(
  session: OpenSession,
  action: Extract<Action, { verb: "federate" }>,
  context: ExecutionContext,
): Promise<void> {
  const { plan, name } = action;
  const id = `federate-${name}-${Date.now().toString(36)}`;
  const planned = (folded: boolean) => ({
    ...planCardView(plan, { id: `${id}-plan`, folded }),
    id: `${id}-plan`,
    fixedText: true as const,
  });
  context.screen.display(planned(false));
  const live = new LiveFederation(context.screen, id, `Federation of ${name}: ${plan.recipe.model.name}`, plan);
  const warn = warnerAt(context, action.span);
  const { settings: engine } = session.engines;
  const reading = { datasets: session.datasets, hostContext: context.hostContext, warn, engine };
  const federation = createFederation(reading, plan, {
    onClients: (clients, labels) => live.clients(clients, labels),
    onClient: (done, total, round) => live.asking(done, total, round),
    onAgreed: (agreed, total) => live.joining(agreed, total),
    onJoined: (clients) => live.joined(clients),
    onRefused: ({ code, data }) => warn(code, data),
  });
  let whole = false;
  const onTrained = (): void => {
    whole = true;
    const { weights } = session.models.get(name);
    if (weights) {
      federation.keep(weights.folder, weights.checkpoint.position.step);
      live.noteSavedRound(weights.checkpoint.position.step);
    }
    live.finish();
    context.screen.update(planned(true));
  };
  try {
    await trainNamedModel(session, { ...action, steps: federation }, context, { live, onTrained, previewed: false });
  } finally {
    await federation.end(whole);
  }
}
