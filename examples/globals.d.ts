// What the examples use of their hosts' own types.

/** esbuild, with the loader `file`: the address of the copied file. wrangler, with a rule of type Data: its bytes. */
declare module "*.safetensors" {
  const file: string & ArrayBuffer;
  export default file;
}

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: never) => AudioWorkletProcessor): void;

declare const Deno: {
  readonly args: readonly string[];
  readFileSync(path: URL): Uint8Array;
  serve(
    options: { hostname: string; port: number },
    handler: (request: Request) => Response | Promise<Response>,
  ): unknown;
};

declare const WebSocketPair: new () => { readonly 0: WebSocket; readonly 1: WebSocket };

declare module "cloudflare:workers" {
  export abstract class DurableObject {
    constructor(ctx: DurableObjectState, env: unknown);
    protected readonly ctx: DurableObjectState;
  }
  interface DurableObjectState {
    acceptWebSocket(socket: WebSocket): void;
    blockConcurrencyWhile<T>(run: () => Promise<T>): Promise<T>;
    readonly storage: { get<T>(key: string): Promise<T | undefined>; put(key: string, value: unknown): Promise<void> };
  }
}
