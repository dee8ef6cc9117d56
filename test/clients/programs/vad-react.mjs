import { createRequire } from "node:module";
import { dirname } from "node:path";
import { act, createElement } from "react";
import { create } from "react-test-renderer";
import vadReact from "@ricky0123/vad-react";
import { report, samplesOf } from "./audio.mjs";
import { play } from "./audiograph.mjs";

globalThis.IS_REACT_ACT_ENVIRONMENT = true;
const events = [];
let vad;
function App() {
  vad = vadReact.useMicVAD({
    model: "v5",
    baseAssetPath: `${dirname(createRequire(import.meta.url).resolve("@ricky0123/vad-web"))}/`,
    onnxWASMBasePath: undefined,
    onSpeechStart: () => events.push(["start"]),
    onSpeechRealStart: () => events.push(["real start"]),
    onVADMisfire: () => events.push(["misfire"]),
    onSpeechEnd: (audio) => events.push(["end", audio.length]),
  });
  return vad.userSpeaking ? "speaks" : "listens";
}

let app;
const rendered = () => app.toJSON();
await act(async () => void (app = create(createElement(App))));
while (vad.loading) await act(async () => void (await new Promise((resolve) => setTimeout(resolve, 10))));
if (vad.errored) throw new Error(vad.errored);
const samples = samplesOf(`${process.env.AUDIO}/speech.wav`);
for (let i = 0; i < samples.length; i += 16000) {
  await act(() => play(samples.subarray(i, i + 16000)));
  events.push([rendered()]);
}
report(events);
