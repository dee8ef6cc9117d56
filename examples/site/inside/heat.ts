// A picture of numbers from -1 to 1: a column a character, bands of rows, a row a unit.
import { colour, paper } from "../kit.ts";

export interface Band {
  readonly net: string;
  readonly name: string;
  /** The units shown, by their number. */
  readonly units: readonly number[];
  /** The value of a unit at a character. */
  at(unit: number, character: number): number;
}

/** A unit at a character. */
export interface Place {
  readonly band: Band;
  readonly unit: number;
  readonly character: number;
}

const TITLE = 22;
const HEAD = 26;

/** Pixels of a row: fewer where a band has many. */
const rowOf = ({ units }: Band): number => (units.length > 16 ? 3 : 9);

/** Pixels of a column: as wide as the place allows. */
export const columnOf = (width: number, characters: number): number => Math.max(13, Math.min(32, width / characters));

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
export function drawHeat(
  canvas: HTMLCanvasElement,
  column: number,
  characters: readonly string[],
  bands: readonly Band[],
): void {
  const height = HEAD + bands.reduce((sum, band) => sum + TITLE + rowOf(band) * band.units.length, 0);
  const { pen } = paper(canvas, Math.max(240, characters.length * column), height);
  const shade = palette();
  pen.fillStyle = colour("ink");
  pen.font = "600 15px ui-monospace, monospace";
  pen.textAlign = "center";
  characters.forEach((c, i) => pen.fillText(c, (i + 0.5) * column, 16));
  pen.textAlign = "left";
  pen.font = "12.5px system-ui, sans-serif";
  let top = HEAD;
  for (const band of bands) {
    pen.fillStyle = colour("soft");
    pen.fillText(`${band.net}: ${band.name}`, 0, top + 15);
    top += TITLE;
    const row = rowOf(band);
    for (const unit of band.units) {
      for (let i = 0; i < characters.length; i++) {
        pen.fillStyle = shade(band.at(unit, i));
        pen.fillRect(i * column, top, column - 1, row > 3 ? row - 1 : row);
      }
      top += row;
    }
  }
}

/** The unit and character under a point of the canvas, in CSS pixels. */
export function hit(bands: readonly Band[], column: number, x: number, y: number): Place | undefined {
  let top = HEAD;
  for (const band of bands) {
    top += TITLE;
    const row = Math.floor((y - top) / rowOf(band));
    if (row >= 0 && row < band.units.length) return { band, unit: band.units[row], character: Math.floor(x / column) };
    top += rowOf(band) * band.units.length;
  }
  return undefined;
}
