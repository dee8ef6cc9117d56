// An AudioWorklet: no fetch, no clock but Date, no TextDecoder, no atob.
import * as unrolled from "unrolled";
import { firstAnswer } from "../nets.ts";
import { suite, type Job } from "../suite.ts";

class SuiteProcessor extends AudioWorkletProcessor {
  constructor({ processorOptions }: { processorOptions: { job: Job } }) {
    super();
    try {
      firstAnswer(unrolled);
      this.port.postMessage("first");
      this.port.postMessage(suite(unrolled, processorOptions.job, Date.now));
    } catch (error) {
      this.port.postMessage({ error: String(error) });
    }
  }

  process(): boolean {
    return false;
  }
}

registerProcessor("suite", SuiteProcessor);
