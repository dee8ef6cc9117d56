// What a user does to a page, in any browser.
import type { Page } from "playwright-core";

export interface Hand {
  /** Runs in the page, waits for what a promise gives. */
  run<T, A = undefined>(script: (argument: A) => T | Promise<T>, argument?: A): Promise<T>;
  click(selector: string): Promise<void>;
  /** Types into what has the focus from then on. */
  type(selector: string, text: string): Promise<void>;
  press(selector: string, key: "ArrowRight" | "Enter"): Promise<void>;
  /** Points at a place of an element, in CSS pixels from its corner. */
  hover(selector: string, x: number, y: number): Promise<void>;
  reload(): Promise<void>;
}

export interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type?: string;
}

export const wait = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** Waits until an element's text matches, and gives it. */
export async function says(hand: Hand, selector: string, pattern: RegExp): Promise<string> {
  const end = Date.now() + 45_000;
  for (;;) {
    const text = await hand.run((s) => {
      const element = document.querySelector<HTMLElement>(s);
      // biome-ignore lint/performance/useDomNodeTextContent: cells of a table are words of their own
      return element?.innerText || element?.textContent || ""; // what is hidden has no innerText
    }, selector);
    const said = text.replace(/\s+/g, " ").trim();
    if (pattern.test(said)) return said;
    if (Date.now() > end) throw new Error(`${selector}: expected ${pattern}, got ${said}`);
    await wait(50);
  }
}

/** Sets a field, as a user who is done with it. */
export async function fill(hand: Hand, selector: string, value: string): Promise<void> {
  await hand.run(
    ([s, v]) => {
      const field = document.querySelector<HTMLInputElement>(s)!;
      field.value = v;
      for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
    },
    [selector, value] as const,
  );
}

/** Gives files to a field, or drops them on anything else. */
export async function give(hand: Hand, selector: string, ...files: readonly File[]): Promise<void> {
  const sent = files.map(({ name, bytes, type }) => [name, Buffer.from(bytes).toString("base64"), type ?? ""] as const);
  await hand.run(
    ([s, all]) => {
      const carried = new DataTransfer();
      for (const [name, base64, type] of all) {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        carried.items.add(new File([bytes], name, { type }));
      }
      const target = document.querySelector<HTMLInputElement>(s)!;
      if (target.type === "file") {
        target.files = carried.files;
        target.dispatchEvent(new Event("change", { bubbles: true }));
      } else target.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
    },
    [selector, sent] as const,
  );
}

/** The numbers of a text. */
export const numbersOf = (text: string): number[] => (text.match(/-?\d+(\.\d+)?(e[+-]?\d+)?/g) ?? []).map(Number);

/** A hand in a page that Playwright drives. */
export function playwrightHand(page: Page): Hand {
  return {
    run: (script, argument) => page.evaluate(script as never, argument) as never,
    click: (selector) => page.locator(selector).click(),
    type: (selector, text) => page.locator(selector).pressSequentially(text),
    press: (selector, key) => page.locator(selector).press(key),
    hover: (selector, x, y) => page.locator(selector).hover({ position: { x, y } }),
    reload: async () => void (await page.reload()),
  };
}
