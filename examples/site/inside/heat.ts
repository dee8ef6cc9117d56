// A picture of numbers from -1 to 1: a column a character, bands of rows, a row a unit.
import { colour, paper } from "../kit.ts";

export interface Band {
  readonly name: string;
  /** The units shown, by their number. */
  readonly units: readonly number[];
  /** The value of a unit at a character. */
  at(unit: number, character: number): number;
}

export const COLUMN = 15;
const ROW = 6;
const TITLE = 18;

/** How far a value from -1 to 1 is on the way from nothing to a colour. */
const mix = (value: number): string =>
  `color-mix(in oklab, var(--${value < 0 ? "accent" : "warm"}) ${(100 * Math.min(1, Math.abs(value))).toFixed(0)}%, var(--zero))`;

/** Colours of values by 32nds: a canvas knows no variables, an element's style does. */
function palette(): (value: number) => string {
  const probe = document.body.appendChild(document.createElement("i"));
  const colours = Array.from({ length: 65 }, (_, i) => {
    probe.style.color = mix((i - 32) / 32);
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return (value) => colours[Math.round(32 * Math.max(-1, Math.min(1, value))) + 32];
}

/** Draws the characters, and below them every band. */
export function drawHeat(canvas: HTMLCanvasElement, characters: readonly string[], bands: readonly Band[]): void {
  const height = TITLE + bands.reduce((sum, band) => sum + TITLE + ROW * band.units.length, 0);
  const { pen } = paper(canvas, Math.max(300, characters.length * COLUMN), height);
  const shade = palette();
  pen.fillStyle = colour("ink");
  pen.font = "14px ui-monospace, monospace";
  pen.textAlign = "center";
  characters.forEach((c, i) => pen.fillText(c, (i + 0.5) * COLUMN, 13));
  pen.textAlign = "left";
  pen.font = "12px system-ui, sans-serif";
  let y = TITLE;
  for (const band of bands) {
    pen.fillStyle = colour("soft");
    pen.fillText(band.name, 0, y + 14);
    y += TITLE;
    for (const unit of band.units) {
      for (let i = 0; i < characters.length; i++) {
        pen.fillStyle = shade(band.at(unit, i));
        pen.fillRect(i * COLUMN, y, COLUMN - 1, ROW - 1);
      }
      y += ROW;
    }
  }
}

/** The band, unit and character under a point of the canvas, in CSS pixels. */
export function hit(
  bands: readonly Band[],
  x: number,
  y: number,
): { band: Band; unit: number; character: number } | undefined {
  let top = TITLE;
  for (const band of bands) {
    top += TITLE;
    const row = Math.floor((y - top) / ROW);
    if (row >= 0 && row < band.units.length) return { band, unit: band.units[row], character: Math.floor(x / COLUMN) };
    top += ROW * band.units.length;
  }
  return undefined;
}
