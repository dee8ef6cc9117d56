import { MODES, type Case, type Mode } from "./cases.ts";
import { INTEGER_PEERS, PEERS, REFERENCE_PEER } from "./peer.ts";
import type { Measured, Outcome, Results, Row } from "./results.ts";
import { isDisturbed, spread } from "./stats.ts";
import { figures, Footnotes, markdownTable } from "./table.ts";

const OURS = PEERS[0];
const MICROSECONDS_PER_SAMPLE = 1e6 / 48_000;

const TITLES: Record<Mode, string> = {
  stream: "Streaming, one step a call",
  sequence: "A whole sequence of 128 steps",
  batch: "A batch of 16 sequences of 128 steps",
  bidirectional: "Two layers, both directions, a sequence of 128 steps",
};

/** A table for each mode of the run, the first one in sight and the others folded. */
export function timesReport({ rows }: Results): string {
  const present = MODES.filter((mode) => rows.some((row) => row.case.mode === mode));
  const parts = present.map((mode, i) => {
    const table = modeTable(
      mode,
      rows.filter((row) => row.case.mode === mode),
    );
    return i === 0 ? `**${TITLES[mode]}**\n\n${table}` : fold(TITLES[mode], table);
  });
  return parts.join("\n\n");
}

const fold = (title: string, body: string): string => `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;

function modeTable(mode: Mode, rows: readonly Row[]): string {
  const footnotes = new Footnotes();
  const head = [
    "net (in, hidden)",
    ...PEERS,
    `against ${REFERENCE_PEER}`,
    "of the limit",
    ...(mode === "stream" ? ["of real time at 48 kHz"] : []),
  ];
  const body = inGridOrder(rows).map((row) => {
    const ours = measured(row.peers[OURS]);
    const reference = measured(row.peers[REFERENCE_PEER]);
    const { cell, input, hidden } = row.case;
    return [
      `${cell.toUpperCase()} (${input}, ${hidden})`,
      ...PEERS.map((peer) => showOutcome(peer, row.peers[peer], footnotes)),
      ours && reference ? `${figures(reference.us / ours.us)} ×` : "–",
      ours ? `${Math.round((100 * row.limit) / ours.us)} %` : "–",
      ...(mode === "stream" ? [ours ? `${figures(MICROSECONDS_PER_SAMPLE / ours.us)} ×` : "–"] : []),
    ];
  });
  return `${markdownTable(head, body)}\n\n${footnotes}`.trim();
}

const measured = (outcome: Outcome | undefined): Measured | undefined =>
  outcome && "us" in outcome && !isDisturbed(outcome) ? outcome : undefined;

function showOutcome(peer: string, outcome: Outcome | undefined, footnotes: Footnotes): string {
  if (!outcome) return "–";
  if ("unsupported" in outcome) return `–${footnotes.mark(outcome.unsupported)}`;
  if ("failed" in outcome) return `–${footnotes.mark(`${peer} failed: ${outcome.failed}`)}`;
  if (isDisturbed(outcome)) return `–${footnotes.mark("disturbed: no quiet slot, or slots more than 25 % apart")}`;
  const remark = outcome.differs !== undefined ? `Not the same function: ${peer}, ${outcome.differs}` : outcome.note;
  return `${figures(outcome.us)} ±${Math.round(100 * spread(outcome))} %${remark === undefined ? "" : footnotes.mark(remark)}`;
}

const INTEGER_MODES: Record<Mode, string> = {
  stream: "a step",
  sequence: "128 steps",
  batch: "16 × 128 steps",
  bidirectional: "two layers, both ways, 128 steps",
};

/** float32, int8 and int16 beside each other in every mode. */
export function integersReport({ rows }: Results): string {
  const footnotes = new Footnotes();
  const time = (row: Row, peer: string) => measured(row.peers[peer]);
  const seen = rows.filter((row) => INTEGER_PEERS.some((peer) => time(row, peer)));
  const body = MODES.flatMap((mode) => inGridOrder(seen.filter((row) => row.case.mode === mode))).map((row) => {
    const { cell, input, hidden, mode } = row.case;
    const ours = time(row, OURS);
    const cells = INTEGER_PEERS.map((peer) => {
      const t = time(row, peer);
      if (!t) return showOutcome(peer, row.peers[peer], footnotes);
      return `${figures(t.us)} ±${Math.round(100 * spread(t))} %${peer === OURS || !ours ? "" : `, ${figures(ours.us / t.us)} ×`}`;
    });
    return [`${cell.toUpperCase()} (${input}, ${hidden})`, INTEGER_MODES[mode], ...cells];
  });
  return `${markdownTable(["net (in, hidden)", "", "float32", "int8", "int16"], body)}\n\n${footnotes}`.trim();
}

function inGridOrder(rows: readonly Row[]): Row[] {
  const rank = ({ cell, hidden }: Case) => ["lstm", "gru", "rnn"].indexOf(cell) * 1e6 + hidden;
  return [...rows].sort((a, b) => rank(a.case) - rank(b.case));
}
