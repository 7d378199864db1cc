/** Interface of the static renderer: a rectangle with two axes, in which each kind of trace draws itself. */
import type { PlotlyTrace } from "../trace.js";
import { axisPosition, axisPositionOfUnit, type Axis } from "./axis.js";

export interface PlotPanel {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
}
export interface DrawnTrace {
  readonly trace: PlotlyTrace;
  readonly color: string;
}
export const xPosition = (p: PlotPanel, value: unknown): number => p.left + axisPosition(p.x, value) * p.width;
export const yPosition = (p: PlotPanel, value: unknown): number => p.top + (1 - axisPosition(p.y, value)) * p.height;
export const xPositionOfAxisUnit = (p: PlotPanel, unit: number): number =>
  p.left + axisPositionOfUnit(p.x, unit) * p.width;
export const yPositionOfAxisUnit = (p: PlotPanel, unit: number): number =>
  p.top + (1 - axisPositionOfUnit(p.y, unit)) * p.height;
