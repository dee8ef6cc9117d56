/** Says how long the process has lived and how much memory it has taken, once the first answer is there. */
export function report(first: number): void {
  const ms = performance.now();
  const kilobytes = process.resourceUsage().maxRSS;
  console.log(JSON.stringify({ ms, kilobytes, first }));
  process.exit();
}
