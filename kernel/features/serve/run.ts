/**
 * `deploy … to` a serving target: opens the models' runs in a separate process that handles requests. Running the same
 * statement again replaces retrained models; a changed statement starts a new server.
 */
import { join, relative, resolve } from "node:path";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { mustFindWord } from "#dsl/language/types/loaded.js";
import type { ServerSettings } from "#dsl/language/types/capabilities/serving.js";
import { isLoopback } from "#stdlib/network/loopback.js";
import { RunFolder } from "../../runs/run-folder.js";
import { uncleanedTextsWarning } from "../../data/rows/text-cleaners.js";
import { servingPlanView, type ServingPlan } from "./view.js";
import { callText } from "../../host/value-text.js";
import { DEFAULT_LIMITS, type ServingLimits } from "./contract.js";
import type { ServeSpec } from "./server/protocol.js";
import { keysInVariable } from "./server/keys.js";
import type { TrainedWeights } from "../../runs/weights.js";
import { ServerHandle, serverHandleTypeText, demandTrainedWeights, type ServerHandleOptions } from "./server-handle.js";
import { type ExecutionContext, warnerAt, isVerifying } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

type ServeAction = Extract<Action, { verb: "serve" }>;

export async function runServe(session: OpenSession, action: ServeAction, context: ExecutionContext): Promise<void> {
  const { name } = action;
  const { screen } = context;
  const { capabilities } = mustFindWord(session.vocabulary.registry, "target", action.target.word);
  const served = mustExist(capabilities?.server, "the target's server")(action.target);
  const models = action.models.map((model) => ({ name: model, weights: wholeWeights(session, model, action) }));
  await Promise.all(models.map(({ weights }) => weights.settled));
  for (const { name: model, weights } of models) {
    const uncleaned = uncleanedTextsWarning(model, weights.plan.recipe.data.clean, `\`${action.target.word}\``);
    if (uncleaned) warnerAt(context, action.span)("texts-not-cleaned", uncleaned);
  }
  const id = `${name}-${Date.now().toString(36)}`;
  const log = join(session.runs, "served", `${name}.log`);
  screen.display(
    servingPlanView(planOf(session, action, served, models, relative(context.hostContext.folder, log)), `${id}-plan`),
  );
  // Verifying a notebook starts no server: later cells find one that has ended.
  const keys = isVerifying(session) ? [] : served.keys === null ? [] : keysInVariable(served.keys, "notebook");
  const options: ServerHandleOptions = {
    name,
    log,
    keys: served.keys,
    screen,
    id,
    serve: serveOf(session, served, models, keys, context),
  };
  const handle = isVerifying(session) ? new ServerHandle(options) : await standing(session, options, context);
  session.servers.set(name, handle);
  session.names.define(name, handle, serverHandleTypeText);
}

/** Returns the running server, updated with retrained models, or starts one. */
async function standing(
  session: OpenSession,
  options: ServerHandleOptions,
  context: ExecutionContext,
): Promise<ServerHandle> {
  const known = session.servers.get(options.name);
  const before = known instanceof ServerHandle ? known : null;
  if (before?.isLike(options)) {
    before.showIn(options);
    for (const { name, folder } of before.changed(options.serve)) await before.serves(name, folder);
    return before;
  }
  const { host, port } = options.serve;
  const other = [...session.servers.values()].find((one) => one !== before && one.running && one.port === port);
  if (other) throw new CodedError("port-taken", { host, port, desk: other.name });
  // Two servers can't have the same name.
  await before?.stop();
  const handle = new ServerHandle(options);
  await handle.open(context.signal);
  return handle;
}

interface ServedModel {
  readonly name: string;
  readonly weights: TrainedWeights;
}

/** Coded errors `not-trained`, `cannot-deploy`. */
function wholeWeights(session: OpenSession, model: string, { target }: ServeAction): TrainedWeights {
  const weights = demandTrainedWeights(session.models.get(model));
  if (weights.client === undefined) return weights;
  const why = `its head is that of the client ${weights.client}, which no run is opened with`;
  throw new CodedError("cannot-deploy", { model, target: target.word, why });
}

function serveOf(
  session: OpenSession,
  { host, port, tls, hosts, limits }: ServerSettings,
  models: readonly ServedModel[],
  keys: readonly string[],
  { hostContext: { folder } }: ExecutionContext,
): ServeSpec {
  const { engine, threads } = session.engines.settings;
  return {
    folders: models.map(({ name, weights }) => ({ name, folder: resolve(weights.folder) })),
    host,
    port,
    keys,
    hosts,
    engine,
    threads: threads ?? null,
    tls: tls && { cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) },
    limits: { ...DEFAULT_LIMITS, ...(limits as Partial<ServingLimits>) },
  };
}

function planOf(
  { vocabulary: { registry }, options: { verifying } }: OpenSession,
  { name }: ServeAction,
  { host, port, tls, keys }: ServerSettings,
  models: readonly ServedModel[],
  log: string,
): ServingPlan {
  const bytesOf = ({ plan }: TrainedWeights): number => 4 * plan.estimates.trainable;
  const whole = ({ plan }: TrainedWeights): number => 4 * plan.estimates.parameters;
  const shares = ({ plan: { recipe } }: TrainedWeights): boolean =>
    registry.find("technique", recipe.model.technique.word)?.capabilities?.saves === "trained";
  const bases = new Map<string, number>();
  for (const { weights } of models)
    if (shares(weights)) bases.set(weights.plan.recipe.model.baseHash ?? weights.folder, whole(weights));
  const all = models.reduce((sum, { weights }) => sum + (shares(weights) ? bytesOf(weights) : whole(weights)), 0);
  const address = host.includes(":") ? `[${host}]` : host;
  const who = isLoopback(host) ? "this machine" : "whoever reaches it";
  return {
    name,
    url: port === 0 ? null : `${tls ? "https" : "http"}://${address}:${String(port)}`,
    models: models.map((model) => ({
      name: model.name,
      task: callText(model.weights.plan.recipe.model.task),
      run: RunFolder.open(model.weights.folder).id,
      bytes: whole(model.weights),
    })),
    bytes: [...bases.values()].reduce((sum, bytes) => sum + bytes, all),
    log,
    who: keys === null ? `${who}, without a key` : `${who}, with a key of \`${keys}\``,
    notes: [
      ...(verifying === undefined ? [] : ["The notebook is being verified: nothing is served."]),
      ...(isLoopback(host) || tls !== null ? [] : ["Without a certificate texts and keys can be read on their way."]),
    ],
  };
}
