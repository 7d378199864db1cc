/** Names of the parameters of compiled code, in order; see rewrite.ts for their purpose. */
export const runtimeParameters = ["__names", "__cell", "__tick", "__guard", "__each", "__load", "__meta"] as const;
