/** `federate`: the plan, the rounds with their live pictures, and the model that comes of them. */
import type { Action } from "#dsl/compiler/plan/action.js";
import { planShown } from "../../display/plans/plan-card.js";
import { federatesIn } from "./session/federates.js";
import { LiveFederation } from "./session/board.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { warningsOn } from "../../session/warnings.js";
import { trainNamed } from "../../training-runs/train-named.js";

export async function runFederate(
  session: OpenSession,
  action: Extract<Action, { verb: "federate" }>,
  stage: Stage,
): Promise<void> {
  const { plan, name } = action;
  const id = `federate-${name}-${Date.now().toString(36)}`;
  const planned = (folded: boolean) => ({
    ...planShown(plan, { id: `${id}-plan`, folded }),
    id: `${id}-plan`,
    fixedText: true as const,
  });
  stage.screen.display(planned(false));
  const live = new LiveFederation(stage.screen, id, `Federation of ${name}: ${plan.recipe.model.name}`, plan);
  const warn = warningsOn(stage, action.span);
  const { settings: engine } = session.engines;
  const reading = { datasets: session.datasets, hostContext: stage.hostContext, warn, engine };
  const federation = federatesIn(reading, plan, {
    onClients: (clients, labels) => live.clients(clients, labels),
    onClient: (done, of, round) => live.asking(done, of, round),
    onAgreed: (agreed, of) => live.joining(agreed, of),
    onJoined: (clients) => live.joined(clients),
    onRefused: ({ code, data }) => warn(code, data),
  });
  let whole = false;
  const onTrained = (): void => {
    whole = true;
    const { weights } = session.models.get(name);
    if (weights) {
      federation.keep(weights.folder, weights.checkpoint.position.step);
      live.kept(weights.checkpoint.position.step);
    }
    live.finish();
    stage.screen.update(planned(true));
  };
  try {
    await trainNamed(session, { ...action, steps: federation }, stage, { live, onTrained, previewed: false });
  } finally {
    await federation.end(whole);
  }
}
