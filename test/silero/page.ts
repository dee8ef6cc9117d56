// A page that plays samples to the worklet, faster than they sound, and reports the probabilities.
import type { Net } from "./nets.ts";

const bytes = async (name: string) => new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());

async function listen(): Promise<object> {
  const net = (await (await fetch("/net.json")).json()) as Net;
  const [file, saved, played] = await Promise.all([bytes("model.onnx"), bytes("state.bin"), bytes("samples.f32")]);
  const samples = new Float32Array(played.buffer);
  const context = new OfflineAudioContext(1, samples.length, net.rate);
  await context.audioWorklet.addModule("/worklet.js");
  const node = new AudioWorkletNode(context, "listener", { processorOptions: { net, file, saved } });
  const probabilities: number[] = [];
  const all = new Promise<void>((resolve, reject) => {
    node.port.onmessage = ({ data }) => {
      if (probabilities.push(data as number) === Math.floor(samples.length / net.chunk)) resolve();
    };
    node.onprocessorerror = () => reject(new Error("the worklet failed"));
  });
  const buffer = context.createBuffer(1, samples.length, net.rate);
  buffer.copyToChannel(samples, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(node).connect(context.destination);
  source.start();
  await Promise.race([context.startRendering(), all]);
  await all;
  return { probabilities };
}

const post = (report: object) => fetch("/report", { method: "POST", body: JSON.stringify(report) });
listen().then(post, (error: Error) => post({ error: `${error.name}: ${error.message}` }));
