import type { Case } from "./cases.ts";
import { Client } from "./client.ts";
import { LIMIT } from "./peer.ts";
import type { Loaded, Slot } from "./protocol.ts";
import type { Unsupported } from "./peer.ts";
import type { Outcome, Row } from "./results.ts";
import { summarize } from "./stats.ts";

export interface Plan {
  readonly slots: number;
  readonly slotMs: number;
  /** A peer whose calls are long stops here, with three slots at least, or one of more than a second. */
  readonly budgetMs: number;
}

/** Further off than this and a peer computes something else. */
const TOLERANCE = 1e-4;
const FEWEST_SLOTS = 3;
const LONG_CALL_MS = 1000;

const MODULES: Record<string, string> = {
  [LIMIT]: "./limit.ts",
  unrolled: "./peers/unrolled.ts",
  "unrolled-int8": "./peers/unrolled-int8.ts",
  "unrolled-int16": "./peers/unrolled-int16.ts",
  "onnxruntime-web": "./peers/onnxruntime-web.ts",
  "onnxruntime-web-int8": "./peers/onnxruntime-web-int8.ts",
  tfjs: "./peers/tfjs.ts",
  "brain.js": "./peers/brain.ts",
  plain: "./peers/plain.ts",
};

export type Clients = ReadonlyMap<string, Client>;

export function openClients(binary: string, peers: readonly string[]): Clients {
  const open = (name: string) => {
    const module = MODULES[name];
    if (module === undefined) throw new RangeError(`no peer ${name}`);
    return [name, new Client(binary, module)] as const;
  };
  return new Map([LIMIT, ...peers].map(open));
}

interface Contestant {
  readonly name: string;
  readonly client: Client;
  readonly loaded: Loaded;
  readonly slots: Slot[];
  spentMs: number;
  failed?: string;
}

export async function measureCase(clients: Clients, c: Case, reference: string, plan: Plan): Promise<Row> {
  const peers: Record<string, Outcome> = {};
  const contestants: Contestant[] = [];
  for (const [name, client] of clients) {
    const loaded = await client.ask<Loaded | Unsupported>({
      do: "prepare",
      case: c,
      ...(name !== LIMIT && { reference }),
    });
    if ("failed" in loaded || "unsupported" in loaded) peers[name] = loaded;
    else if (!(loaded.error <= TOLERANCE)) peers[name] = { failed: `outputs are off by ${loaded.error}` };
    else contestants.push({ name, client, loaded, slots: [], spentMs: 0 });
  }

  for (let round = 0; round < plan.slots; round++) {
    const running = contestants.filter((contestant) => wantsMore(contestant, plan));
    if (running.every(({ name }) => name === LIMIT)) break;
    for (let i = 0; i < running.length; i++) await runSlot(running[(i + round) % running.length], plan);
  }

  for (const { name, client, loaded, slots, failed } of contestants) {
    const { error, differs, note } = loaded;
    peers[name] =
      failed !== undefined
        ? { failed }
        : {
            ...summarize(slots, client.calm),
            ...(differs === undefined ? { error } : { differs }),
            ...(note !== undefined && { note }),
          };
  }
  const { [LIMIT]: limit, ...rest } = peers;
  if (!limit || !("us" in limit)) throw new Error(`the limit's loops failed: ${JSON.stringify(limit)}`);
  return { case: c, limit: limit.best, peers: inOrder(clients, rest) };
}

function wantsMore({ slots, spentMs, failed }: Contestant, plan: Plan): boolean {
  if (failed !== undefined) return false;
  if (slots.some(({ us }) => us > 1000 * LONG_CALL_MS)) return false;
  return spentMs < plan.budgetMs || slots.length < FEWEST_SLOTS;
}

async function runSlot(contestant: Contestant, plan: Plan): Promise<void> {
  const { client } = contestant;
  const start = performance.now();
  const slot = await client.ask<Slot>({ do: "time", ms: plan.slotMs });
  contestant.spentMs += performance.now() - start;
  if ("failed" in slot) {
    contestant.failed = slot.failed;
    return;
  }
  for (const probes of [slot.before, slot.after]) {
    probes.forEach((us, i) => (client.calm[i] = Math.min(client.calm[i], us)));
  }
  contestant.slots.push(slot);
}

const inOrder = (clients: Clients, peers: Record<string, Outcome>): Record<string, Outcome> =>
  Object.fromEntries([...clients.keys()].flatMap((name) => (peers[name] ? [[name, peers[name]]] : [])));
