/** The joint of the static renderer: a rectangle with two axes, in which each kind of trace draws itself. */
import type { Trace } from "../trace.js";
import { place, placeUnit, type Axis } from "./axis.js";

export interface Panel {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
}
/** A trace with what the figure decides for it. */
export interface Drawn {
  readonly trace: Trace;
  readonly color: string;
}
export const xOf = (p: Panel, value: unknown): number => p.left + place(p.x, value) * p.width;
export const yOf = (p: Panel, value: unknown): number => p.top + (1 - place(p.y, value)) * p.height;
export const xUnit = (p: Panel, unit: number): number => p.left + placeUnit(p.x, unit) * p.width;
export const yUnit = (p: Panel, unit: number): number => p.top + (1 - placeUnit(p.y, unit)) * p.height;
