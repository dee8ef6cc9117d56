// How each part is used, and what it must say then.
import type { Page } from "playwright-core";

/** Text of an element, once it matches. */
export async function says(page: Page, selector: string, pattern: RegExp): Promise<string> {
  const found = page.locator(selector);
  const end = Date.now() + 30_000;
  for (;;) {
    const text = ((await found.first().textContent({ timeout: 30_000 })) ?? "").replace(/\s+/g, " ");
    if (pattern.test(text)) return text.trim();
    if (Date.now() > end) throw new Error(`${selector}: expected ${pattern}, got ${text}`);
    await page.waitForTimeout(50);
  }
}

export const PARTS: Readonly<Record<string, (page: Page) => Promise<string>>> = {
  async language(page) {
    await says(page, "#verdict", /^German/);
    await page.locator("#text").fill("");
    await page.locator("#text").pressSequentially("hello");
    await says(page, "#verdict", /^Not sure/);
    await page.locator("#text").fill("Kaikki ihmiset syntyvät vapaina ja tasavertaisina.");
    await says(page, "#verdict", /^Finnish, (9\d|100) %/);
    await page.getByRole("button", { name: "Hungarian" }).click();
    return says(page, "#verdict", /^Hungarian, (9\d|100) %/);
  },

  async inside(page) {
    await page.locator("#text").fill("Kaikki ihmiset syntyvät vapaina.");
    const moves = await says(page, "#counts", /LSTM.*plain RNN/);
    const [lstm, rnn] = [...moves.matchAll(/\d\.\d+/g)].map(Number);
    if (!(lstm > rnn)) throw new Error(`expected the LSTM to remember more, got ${moves}`);
    await page.locator("#heat").hover({ position: { x: 20, y: 40 } });
    await says(page, "#cell", /^LSTM: input gate i, unit \d+, after “a”: [01]\.\d+/);
    await page.locator("#map").press("ArrowRight");
    await page.locator("#map").press("Enter");
    await says(page, "#history .u-title", /^LSTM, unit \d+/);
    await page.locator("#from").fill("1900");
    const forecast = await says(page, "#missed", /^1900: .*off by \d+/);
    await page.locator("#go").click();
    await says(page, "#made", /^And the LORD said unto .{20}/);
    return `${moves} ${forecast}`;
  },
};
