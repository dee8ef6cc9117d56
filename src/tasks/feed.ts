import type { Net, Program } from "../model/build.ts";
import { schedule } from "../run/batch.ts";
import type { Sequence } from "../run/items.ts";
import { runSequences } from "../run/sequence.ts";
import type { Workspace } from "../run/workspace.ts";

const NOTHING = new Float32Array();

/** Takes the state at `state` through one sequence; `output` [items, outputSize] where it is wanted. */
export function feed(
  net: Net,
  workspace: Workspace,
  program: Program,
  items: Sequence,
  state: number,
  output?: Float32Array,
): void {
  runSequences(
    net,
    workspace,
    program,
    items,
    schedule(net, workspace, items.count, 1, undefined),
    state,
    output ?? NOTHING,
    output !== undefined,
  );
}

/** What a net does at every timestep before it says what comes next. */
export function bodyOf({ next }: Net): Program {
  return { ...next, records: next.body, outputSize: 0 };
}

/** The net without the softmax at its end. */
export function logitsOf({ program, softmax }: Net): Program {
  return { ...program, body: Math.min(program.body, program.records - softmax), records: program.records - softmax };
}

/** Throws TypeError unless the net runs forward only. */
export function checkForward(label: string, net: Net): void {
  if (net.bidirectional)
    throw new TypeError(
      `${label}: expected a net that runs forward, got one that runs backward too and has seen what is to come`,
    );
}

/** Throws TypeError unless items are ids or bytes. */
export function checkTokens(label: string, net: Net): void {
  const { input = "features" } = net.description;
  if (input === "features") throw new TypeError(`${label}: expected a net with input "ids" or "bytes", got "features"`);
}
