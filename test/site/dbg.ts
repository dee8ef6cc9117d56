import { Site } from "./visit.ts";
const s = await Site.open();
await s
  .visit("#voice", async (page) => {
    page.on("console", (m) => console.log("C", m.text()));
    page.on("requestfailed", (r) => console.log("RF", r.url(), r.failure()?.errorText));
    page.on("response", (r) => console.log(r.status(), r.url()));
    await page.locator("#sample").click();
    for (let i = 0; i < 6; i++) {
      await page.waitForTimeout(700);
      console.log(
        await page.locator("#verdict").textContent(),
        await page.locator("#facts").first().textContent(),
        await page.locator("#stop").isDisabled(),
      );
    }
  })
  .catch((e) => console.log(String(e)));
await s.close();
