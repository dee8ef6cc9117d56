declare module "*.wasm" {
  const module: object;
  export default module;
}
// What an AudioWorklet's global scope has, which lib DOM leaves out.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: never) => AudioWorkletProcessor): void;
