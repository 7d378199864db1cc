// `createElement` with typed attributes per element: React's declaration accepts any attribute.
import { createElement, type Attributes, type ComponentType, type JSX, type ReactElement, type ReactNode } from "react";

declare module "react" {
  interface CSSProperties {
    /** Nesting depth of a setting. */
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
