/**
 * One TensorFlow session over resource variables: state lives in it, only feeds go in and wanted outputs come out. More
 * programs make a new graph of all of them; state is carried over, tensor by tensor.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmittedState, TensorflowModel } from "#dsl/emit/tensorflow/model.js";
import { emitTensorflow } from "#dsl/emit/tensorflow/emit.js";
import type { DType, NDArray } from "#dsl/graph/program.js";
import { diskError } from "#kernel/fetch/disk.js";
import type { Arrays, BackendSession, Programs } from "../host/backend.js";
import { zeros } from "../initial.js";
import type { Binding } from "../native/binding.js";
import { TensorExchange } from "./exchange.js";

export class TensorflowSession implements BackendSession {
  private readonly exchange: TensorExchange;
  private programs: Programs = {};
  private model: TensorflowModel | null = null;
  private session = -1;

  constructor(private readonly binding: Binding) {
    this.exchange = new TensorExchange(binding);
  }

  add(programs: Programs): void {
    const all = { ...this.programs, ...programs };
    const model = emitTensorflow(all);
    const session = this.load(model.savedModel);
    const [oldModel, oldSession] = [this.model, this.session];
    for (const name of Object.keys(oldModel?.state ?? {})) {
      const value = this.read(name);
      this.assign(session, model.state[name]!, value);
    }
    [this.programs, this.model, this.session] = [all, model, session];
    if (oldModel) this.binding.deleteSavedModel(oldSession);
  }

  run(name: string, feeds: Arrays, wanted: readonly string[]): Record<string, NDArray> {
    const program = this.model!.programs[name]!;
    const fed = Object.entries(program.inputs).map(([input, port]) => [port.tensor, feeds[input]!] as const);
    const outputs = wanted.map((output) => program.outputs[output]!);
    const fetches = outputs.map((port) => port.tensor);
    if (program.update !== undefined) fetches.push(program.update);
    if (fetches.length === 0) return {};
    const got = this.fetch(
      this.session,
      fed,
      fetches,
      outputs.map((port) => port.dtype),
    );
    return Object.fromEntries(wanted.map((output, i) => [output, got[i]!]));
  }

  read(name: string): NDArray {
    const state = this.model!.state[name]!;
    return this.fetch(this.session, [], [state.read], [state.dtype])[0]!;
  }

  write(name: string, value: NDArray | null): void {
    const state = this.model!.state[name]!;
    this.assign(this.session, state, value ?? zeros(state.dtype, state.shape));
  }

  dispose(): void {
    if (this.model) this.binding.deleteSavedModel(this.session);
    this.model = null;
    this.programs = {};
  }

  private load(savedModel: Uint8Array): number {
    const folder = mkdtempSync(join(tmpdir(), "tunebook-"));
    try {
      writeFileSync(join(folder, "saved_model.pb"), savedModel);
      return this.binding.loadSavedModel(folder, "serve");
    } catch (e) {
      throw diskError(e, folder, savedModel.length);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** A variable keeps the memory it is assigned: it must get TensorFlow's own, not a JavaScript array's. */
  private assign(session: number, state: EmittedState, value: NDArray): void {
    const own = this.exchange.own(value);
    try {
      this.exchange.drop(this.binding.runSavedModel(session, [own], state.assign.placeholder, state.assign.fetch));
    } finally {
      this.binding.deleteTensor(own);
    }
  }

  /** Feeds, runs, and reads as many outputs as `dtypes` names; what else was fetched (updates) is only run. */
  private fetch(
    session: number,
    feeds: readonly (readonly [tensor: string, value: NDArray])[],
    fetches: readonly string[],
    dtypes: readonly DType[],
  ): NDArray[] {
    const ids: number[] = [];
    try {
      for (const [, value] of feeds) ids.push(this.exchange.lend(value));
      const names = feeds.map(([tensor]) => tensor).join(",");
      const held = this.binding.runSavedModel(session, ids, names, fetches.join(","));
      try {
        return dtypes.map((dtype, i) => this.exchange.read(held[i]!, dtype));
      } finally {
        this.exchange.drop(held);
      }
    } finally {
      for (const id of ids) this.binding.deleteTensor(id);
    }
  }
}
