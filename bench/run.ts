// npm run bench: the peers, interleaved slot by slot, checked before they are timed.
import { parseArgs } from "node:util";
import { caseLabel, selectCases } from "./cases.ts";
import { compileYardstick } from "./yardstick.ts";
import { INTEGER_PEERS, LIMIT, PEERS, type PeerName } from "./peer.ts";
import { measureCase, openClients, type Plan } from "./measure.ts";
import { References } from "./reference.ts";
import { disturbed, mergeRows, readJson, writeJson, type Outcome, type Results, type Row } from "./results.ts";
import { describeRuntime, installPeers, node26 } from "./runtime.ts";

const HELP = `npm run bench -- [options]
  --cell lstm|gru|rnn                           repeatable; default all
  --mode stream|sequence|batch|bidirectional    repeatable; default all
  --size HIDDEN                                 repeatable: 16 32 64 128 256 512 1024; default all
  --peer ${PEERS.join("|")}
                                                repeatable; default all; a run of some peers is not written
  --integers                                    float32, int8 and int16 alone, for their own table
  --quick                                       few slots, written beside the real results
  --node26 | --node PATH                        another runtime than this one`;

const { values } = parseArgs({
  options: {
    cell: { type: "string", multiple: true, default: [] },
    mode: { type: "string", multiple: true, default: [] },
    size: { type: "string", multiple: true, default: [] },
    peer: { type: "string", multiple: true },
    integers: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    node26: { type: "boolean", default: false },
    node: { type: "string", default: process.execPath },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(HELP);
  process.exit();
}
const cases = selectCases({ cells: values.cell, modes: values.mode, hidden: values.size.map(Number) });
if (cases.length === 0) throw new RangeError(`no case matches\n${HELP}`);

const peers = values.integers ? INTEGER_PEERS : (values.peer ?? PEERS);
if (peers.some((peer) => !INTEGER_PEERS.includes(peer as PeerName)) || values.node26) installPeers();
compileYardstick();
const { binary, name, ...machine } = describeRuntime(values.node26 ? node26() : values.node);
const plan: Plan = values.quick ? { slots: 6, slotMs: 4, budgetMs: 300 } : { slots: 40, slotMs: 8, budgetMs: 1500 };
const run = values.integers ? `integers-${name}` : name;
const file = values.quick ? `${run}-quick` : run;
/** A case that was disturbed is measured again so many times. */
const AGAIN = 2;
console.log(`${machine.cpu}, Node ${machine.node} (V8 ${machine.v8})`);

const clients = openClients(binary, peers);
const references = new References();
const rows: Row[] = [];
try {
  for (const c of cases) {
    let row = await measureCase(clients, c, references.path(c), plan);
    for (let left = AGAIN; left > 0 && disturbed(row) > 0; left--) {
      const again = await measureCase(clients, c, references.path(c), plan);
      if (disturbed(again) <= disturbed(row)) row = again;
    }
    rows.push(row);
    console.log(`${caseLabel(c)}: ${LIMIT} ${row.limit.toPrecision(3)} us`);
    for (const [peer, outcome] of Object.entries(row.peers)) console.log(`  ${peer.padEnd(16)}${describe(outcome)}`);
    if (values.peer === undefined) save();
  }
} finally {
  references.remove();
  for (const client of clients.values()) client.quit();
}

function save(): void {
  const described = { runtime: name, ...machine };
  const merged = mergeRows(readJson(file), described, rows);
  writeJson(file, { ...described, date: new Date().toISOString(), rows: merged } satisfies Results);
}

function describe(outcome: Outcome): string {
  if ("failed" in outcome) return `failed: ${outcome.failed}`;
  if ("unsupported" in outcome) return outcome.unsupported;
  const { us, p25, p75, slots, quiet, error, differs } = outcome;
  const range = `(${p25.toPrecision(3)} to ${p75.toPrecision(3)}, ${quiet} of ${slots} slots quiet)`;
  const checked = differs === undefined ? `off by ${error?.toExponential(1)}` : `not the same function: ${differs}`;
  return `${us.toPrecision(4).padStart(9)} us ${range} ${checked}`;
}
