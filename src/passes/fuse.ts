import type { Attribute, Attributes } from "../graph/graph.ts";
import { countOf, isFloat, readAttributes, type Value } from "../ops/op.ts";
import { OPS } from "../ops/registry.ts";
import type { BoundGraph, BoundNode } from "../plan/plan.ts";

/** Ops of a weight, a bias and an activation; where the outputs stand in their weights, the others as they are. */
const PRODUCTS = [OPS.conv, OPS.linear, OPS.conv_transpose];

/** Where the product stands that gives a value, and the view of it that the value is. */
interface Maker {
  readonly product: number;
  readonly view?: number;
}

/**
 * A product takes in what follows it where nobody else reads it: constants that its outputs are multiplied with and
 * that are added, a BatchNorm, as weights and bias; then a function of one number as its activation, of a view of
 * its outputs too. A run is one record for each, and its values pass through memory once.
 */
export function fused(graph: BoundGraph): BoundGraph {
  const readers = new Map<Value, number>();
  const read = (value: Value | undefined) => value && readers.set(value, (readers.get(value) ?? 0) + 1);
  for (const { call } of graph.nodes) call.inputs.forEach(read);
  for (const { value } of graph.outputs) read(value);
  const makers = new Map<Value, Maker>();
  const nodes: (BoundNode | undefined)[] = [];
  for (const node of graph.nodes) {
    const from = node.call.inputs.find((v) => v && makers.has(v) && readers.get(v) === 1);
    const { product, view } = (from && makers.get(from)) ?? {};
    const made = nodes.length;
    const [y] = node.outputs;
    if (product === undefined) {
      if (PRODUCTS.includes(node.op)) makers.set(y, { product: made });
      nodes.push(node);
      continue;
    }
    if (node.op.view) {
      makers.set(y, { product, view: made });
      nodes.push(node);
      continue;
    }
    const whole = together(nodes[product]!, node, from!);
    if (!whole) {
      if (PRODUCTS.includes(node.op)) makers.set(y, { product: made });
      nodes.push(node);
    } else if (view === undefined) {
      nodes[product] = undefined;
      nodes.push({ ...whole, outputs: node.outputs });
      makers.set(y, { product: made });
    } else {
      nodes[product] = whole;
      nodes.push({ ...nodes[view]!, outputs: node.outputs });
      nodes[view] = undefined;
      makers.set(y, { product, view: made });
    }
  }
  return { ...graph, nodes: nodes.filter((n) => n !== undefined) };
}

/**
 * One product for a product and the node that reads `value` of it; undefined where there is none of the same function.
 */
function together(product: BoundNode, node: BoundNode, value: Value): BoundNode | undefined {
  const { activation } = product.call.attributes as { activation: { function: string } };
  const [{ shape }, wanted] = [value.type, node.outputs[0].type];
  if (activation.function !== "identity" || shape.join() !== wanted.shape.join() || !isFloat(wanted.dtype))
    return undefined;
  if (node.op === OPS.unary) return withCall(product, node, product.call.inputs, { activation: activationOf(node) });
  if (node.op !== OPS.binary) return undefined;
  const [a, b] = node.call.inputs;
  const second = a === value;
  const numbers = perOutput(second ? b! : a!, shape, product.outputs[0].type.shape.at(-1)!);
  const f = node.call.given.function as string;
  if (!numbers || !(f === "add" || f === "mul" || (second && (f === "sub" || f === "div")))) return undefined;
  const inputs = changed(product, f, numbers);
  return inputs && withCall(product, node, inputs, {});
}

function activationOf({ call: { given } }: BoundNode): { readonly [name: string]: Attribute } {
  const entries = Object.entries(given).filter((entry): entry is [string, Attribute] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

function withCall(
  { op, call, outputs }: BoundNode,
  { call: { name } }: BoundNode,
  inputs: readonly (Value | undefined)[],
  more: Attributes,
): BoundNode {
  const given = { ...call.given, ...more };
  return { op, call: { name, inputs, given, attributes: readAttributes(name, op.attributes, given) }, outputs };
}

/**
 * A constant's number for each of a product's `count` outputs, which stand along the last axis of `shape` that is not
 * 1, whatever axes of 1 a view of them has; undefined where it has others.
 */
function perOutput({ constant }: Value, shape: readonly number[], count: number): Float32Array | undefined {
  if (!(constant?.data instanceof Float32Array)) return undefined;
  const { data, shape: own } = constant;
  if (data.length === 1) return new Float32Array(count).fill(data[0]);
  const behind = shape.length - 1 - shape.reduce((last, d, axis) => (d === 1 ? last : axis), -1);
  const fits = shape[shape.length - 1 - behind] === count && own[own.length - 1 - behind] === count;
  return fits && data.length === count ? data : undefined;
}

/** The inputs of a product f(y, numbers). */
function changed({ op, call }: BoundNode, f: string, numbers: Float32Array): (Value | undefined)[] | undefined {
  const [x, weight, bias] = call.inputs;
  const before = bias?.constant?.data ?? new Float32Array(numbers.length);
  if (f === "add" || f === "sub")
    return [
      x,
      weight,
      known(
        bias ?? weight!,
        before.map((v, i) => (f === "add" ? v + numbers[i] : v - numbers[i])),
      ),
    ];
  if (op === OPS.conv_transpose) return undefined; // its weights have their outputs last
  const scale = (v: number, i: number) => (f === "mul" ? v * numbers[i] : v / numbers[i]);
  const { data, shape } = weight!.constant!;
  const row = countOf(shape.slice(1));
  const scaled = data.map((v, i) => scale(v, Math.floor(i / row)));
  const moved = before.map(scale);
  if (![scaled, moved].every((part) => part.every(Number.isFinite))) return undefined;
  return [
    x,
    { ...known(weight!, scaled), type: weight!.type, constant: { ...weight!.constant!, data: scaled } },
    known(bias ?? weight!, moved),
  ];
}

/** A list of numbers that stands in for a value. */
function known({ name, type: { dtype } }: Value, data: Float32Array | Int32Array): Value {
  const type = { dtype, shape: [data.length] };
  return { name, type, constant: { ...type, data } };
}
