// What the parts share.

/** Fills `root` with a part; what it starts ends with `signal`. */
export type Part = (root: HTMLElement, signal: AbortSignal) => void | Promise<void>;

/** An element that is there. */
export function find<T extends Element = HTMLElement>(root: ParentNode, selector: string): T {
  return root.querySelector<T>(selector)!;
}

/** A file of the page's own folder. */
export async function fetchBytes(address: string | URL): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text = "",
  more: Partial<HTMLElementTagNameMap[K]> = {},
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(tag), { textContent: text }, more);
}

export const percent = (p: number, digits = 0): string => `${(100 * p).toFixed(digits)} %`;

export const bytes = (n: number): string =>
  n < 1e6 ? `${(n / 1e3).toFixed(0)}\u00a0KB` : `${(n / 1e6).toFixed(2)}\u00a0MB`;

/** Milliseconds in a unit that suits them. */
export const duration = (ms: number): string =>
  ms < 1 ? `${(1000 * ms).toFixed(1)} µs` : ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;

/** A colour of the style sheet. */
export const colour = (name: string): string => getComputedStyle(document.body).getPropertyValue(`--${name}`).trim();

/** Sizes a canvas for its place on this screen; gives the pen and the place's width in CSS pixels. */
export function paper(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): { pen: CanvasRenderingContext2D; width: number; height: number } {
  const scale = devicePixelRatio || 1;
  Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const pen = canvas.getContext("2d")!;
  pen.scale(scale, scale);
  return { pen, width, height };
}

/** Facts as tiles: what, and how much. */
export function showTiles(place: Element, facts: readonly (readonly [name: string, value: string])[]): void {
  place.replaceChildren(
    ...facts.map(([name, value]) => {
      const tile = make("div");
      tile.append(make("dt", `${name} `), make("dd", `${value} `));
      return tile;
    }),
  );
}
