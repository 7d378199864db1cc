/** Figures of type names and of the fields of the largest interfaces. */
import ts from "typescript";
import { countOf, type Count, type Figure } from "../figure.js";
import { lineOf, type Place, type SourceFile } from "../file.js";

type TypeDeclaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration;
const MOST = 3;

function typesIn({ tree }: SourceFile): readonly TypeDeclaration[] {
  return tree.statements.filter(
    (node): node is TypeDeclaration =>
      ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node),
  );
}
const isExported = (node: TypeDeclaration): boolean =>
  node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

/** Returns exported type names with more than three declarations, the most frequent first. */
export function repeatedNames(sources: readonly SourceFile[]): Count {
  const places = new Map<string, Place[]>();
  for (const source of sources)
    for (const node of typesIn(source)) {
      const name = node.name?.text;
      if (name === undefined || !isExported(node)) continue;
      places.set(name, [...(places.get(name) ?? []), placeOf(source, node, name)]);
    }
  const repeated = [...places.values()].filter((all) => all.length > MOST).sort((a, b) => b.length - a.length);
  return { value: repeated.length, places: repeated.flat() };
}
function placeOf({ file, tree }: SourceFile, node: ts.Node, what: string): Place {
  return { file, line: lineOf(tree, node), what };
}

/** Counts the fields of a type, including those it extends or intersects. A type that is not found has no fields. */
export function fieldsOf(name: string, folder: string, sources: readonly SourceFile[]): Count {
  const here = sources.filter(({ file }) => file.startsWith(folder));
  for (const source of here)
    for (const node of typesIn(source)) if (node.name?.text === name) return countOf(fieldsIn(node, source, sources));
  throw new Error(`${folder} declares no type ${name}: name its new place in tests/house/counters/types.ts`);
}

function fieldsIn(node: TypeDeclaration, source: SourceFile, sources: readonly SourceFile[]): readonly Place[] {
  if (ts.isTypeAliasDeclaration(node)) return fieldsOfType(node.type, source, sources);
  const parents = node.heritageClauses?.flatMap(({ types }) => [...types]) ?? [];
  return [
    ...parents.flatMap((parent) => fieldsOfReference(parent.expression.getText(source.tree), parent, source, sources)),
    ...members(node.members, source),
  ];
}
function members(nodes: readonly ts.Node[], source: SourceFile): readonly Place[] {
  const fields = nodes.filter(
    (node): node is ts.PropertySignature | ts.MethodSignature | ts.PropertyDeclaration =>
      ts.isPropertySignature(node) || ts.isMethodSignature(node) || ts.isPropertyDeclaration(node),
  );
  return fields.map((field) => placeOf(source, field, field.name.getText(source.tree)));
}
function fieldsOfType(type: ts.TypeNode, source: SourceFile, sources: readonly SourceFile[]): readonly Place[] {
  if (ts.isTypeLiteralNode(type)) return members(type.members, source);
  if (ts.isIntersectionTypeNode(type)) return type.types.flatMap((part) => fieldsOfType(part, source, sources));
  if (ts.isTypeReferenceNode(type)) return fieldsOfReference(type.typeName.getText(source.tree), type, source, sources);
  return [];
}
/** `Pick` and `Omit` count the remaining fields; other generic types count as their type arguments. */
function fieldsOfReference(
  name: string,
  node: ts.NodeWithTypeArguments | ts.TypeReferenceNode,
  source: SourceFile,
  sources: readonly SourceFile[],
): readonly Place[] {
  const [first, second] = node.typeArguments ?? [];
  if (first && ["Pick", "Omit", "Partial", "Required", "Readonly"].includes(name)) {
    const fields = fieldsOfType(first, source, sources);
    if (!second) return fields;
    const keys = new Set([...second.getText(source.tree).matchAll(/"([^"]+)"/g)].map(([, key]) => key));
    return fields.filter(({ what }) => keys.has(what) === (name === "Pick"));
  }
  const declared = declarationOf(name, source, sources);
  return declared ? fieldsIn(declared[1], declared[0], sources) : [];
}
function declarationOf(
  name: string,
  source: SourceFile,
  sources: readonly SourceFile[],
): readonly [SourceFile, TypeDeclaration] | undefined {
  const target = source.imports.find(({ names }) => names?.includes(name))?.target;
  const origin = target === undefined ? source : sources.find(({ file }) => file === target);
  const node = origin && typesIn(origin).find((one) => one.name?.text === name);
  return origin && node && [origin, node];
}

const INTERFACES: readonly (readonly [name: string, folder: string, bar: number])[] = [
  ["TrainRequest", "kernel/", 10],
  ["TrainingLoopInput", "kernel/training/", 12],
  ["OpenModel", "kernel/", 10],
];

export const typeFigures: readonly Figure[] = [
  { name: "type names exported more than three times", bar: 0, count: ({ sources }) => repeatedNames(sources) },
  ...INTERFACES.map(([name, folder, bar]): Figure => ({
    name: `fields of ${name}`,
    bar,
    count: ({ sources }) => fieldsOf(name, folder, sources),
  })),
];
