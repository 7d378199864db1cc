// `createElement` with each element's own attributes: React's declaration lets any attribute through.
import { createElement, type Attributes, type ComponentType, type JSX, type ReactElement, type ReactNode } from "react";

declare module "react" {
  interface CSSProperties {
    /** How deep a setting stands. */
    "--tunebook-depth"?: number;
  }
}

interface Elements {
  <Tag extends keyof JSX.IntrinsicElements>(
    tag: Tag,
    attributes?: JSX.IntrinsicElements[Tag] | null,
    ...children: readonly ReactNode[]
  ): ReactElement;
  <Props extends object>(
    component: ComponentType<Props>,
    props: (Props & Attributes) | null,
    ...children: readonly ReactNode[]
  ): ReactElement;
}

export const h: Elements = createElement;
