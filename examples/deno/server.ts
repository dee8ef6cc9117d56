// deno run --allow-net --allow-read server.ts [PORT]
// curl localhost:8000 --data 'Alle Menschen sind frei'
import { Model } from "unrolled";

const model = Model.fromSafetensors(
  Deno.readFileSync(new URL("../models/language-id-lstm.safetensors", import.meta.url)),
);
const labels = model.description.labels!;

Deno.serve({ hostname: "localhost", port: Number(Deno.args[0] ?? 8000) }, async (request) => {
  const text = await request.text();
  if (!text) return new Response("POST a text\n", { status: 400 });
  const { output } = model.run(text);
  const probability = Math.max(...output);
  return Response.json({ language: labels[output.indexOf(probability)], probability });
});
