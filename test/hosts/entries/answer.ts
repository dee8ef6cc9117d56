import { firstAnswer, type Unrolled } from "../nets.ts";
import { suite, type Job, type Report } from "../suite.ts";

/** A report, and the milliseconds from asking for the package to the first answer of a model. */
export type Answer = Report & { readonly cold: number };

export async function answer(load: () => Unrolled | Promise<Unrolled>, job: Job): Promise<Answer> {
  const start = performance.now();
  const u = await load();
  firstAnswer(u);
  const cold = performance.now() - start;
  return { ...suite(u, job, () => performance.now()), cold };
}
