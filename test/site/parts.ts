// How each part is used, and what it must say then.
import { readFileSync } from "node:fs";
import { bytesOf, caseOf } from "../import/cases.ts";
import { DROPS, REFUSALS } from "./drops.ts";
import { fill, give, numbersOf, says, wait, type Hand } from "./hand.ts";

/** A text that a select, a range or a text field has. */
const capture = (name: string, file: string) => ({ name: file, bytes: bytesOf(caseOf(name).file) });

/** A part of the page whose picture stays the same when nothing is drawn. */
const drawn = (hand: Hand, selector: string) =>
  hand.run((s) => document.querySelector<HTMLCanvasElement>(s)!.toDataURL().length, selector);

async function mustGive(hand: Hand, expected: readonly number[]): Promise<void> {
  const said = await says(hand, "#outputs, .refusal", /\d/);
  const got = numbersOf(said.replace(/\w+ \[[\d, ]*\]:/g, " "));
  const apart = expected.map((e, i) => Math.abs(e - got[i]) / Math.max(1, Math.abs(e)));
  // percentages have one decimal, numbers four digits
  if (!(Math.max(...apart) < 1e-3)) throw new Error(`expected ${expected.slice(0, 8)}, got ${said.slice(0, 200)}`);
}

export const PARTS: Readonly<Record<string, (hand: Hand) => Promise<string>>> = {
  async language(hand) {
    await says(hand, "#verdict", /^German/);
    await fill(hand, "#text", "");
    await hand.type("#text", "hello");
    await says(hand, "#verdict", /^Not sure/);
    await says(hand, "#facts", /the last byte took \d.* 78 /);
    await fill(hand, "#text", "Kaikki ihmiset syntyvät vapaina ja tasavertaisina.");
    await says(hand, "#verdict", /^Finnish, (9\d|100) %/);
    await hand.click("#samples button:nth-child(4)");
    return says(hand, "#verdict", /^Hungarian, (9\d|100) %/);
  },

  async inside(hand) {
    await fill(hand, "#text", "");
    await hand.type("#text", "Kaikki");
    await says(hand, "#counts", /LSTM.*plain RNN/);
    await fill(hand, "#text", "Kaikki ihmiset syntyvät vapaina ja tasavertaisina.");
    const moves = await says(hand, "#counts", /LSTM.*plain RNN/);
    const [lstm, rnn] = numbersOf(moves);
    if (!(lstm > rnn)) throw new Error(`expected the LSTM to remember more, got ${moves}`);
    const few = await drawn(hand, "#heat");
    await fill(hand, "#units", "1000");
    if (!((await drawn(hand, "#heat")) > 1.5 * few)) throw new Error("expected every unit, got as many as before");
    await fill(hand, "#units", "10");
    await hand.hover("#heat", 30, 60);
    const numbers = /input gate i [01]\.\d+, forget gate f [01]\.\d+, candidate g -?[01]\.\d+, output gate o [01]\.\d+/;
    await says(
      hand,
      "#cell",
      new RegExp(`^LSTM, unit \\d+, after “a”: ${numbers.source}, cell state.*, hidden state h`),
    );
    await hand.press("#map", "ArrowRight");
    await hand.press("#map", "Enter");
    await says(hand, "#history .u-title", /^LSTM, unit \d+/);
    await hand.click("#heat");
    await says(hand, "#history .u-title", /, unit \d+/);
    await fill(hand, "#from", "1900");
    const forecast = await says(hand, "#missed", /^1900: .*off by \d+/);
    await fill(hand, "#from", "1978");
    await says(hand, "#missed", /^1978: .*off by \d+/);
    await fill(hand, "#temperature", "0.5");
    await says(hand, "#degrees", /^0\.5$/);
    await hand.click("#go");
    await says(hand, "#made", /^And the LORD said unto .{20}/);
    await says(hand, "#go", /^Generate$/);
    return `${moves} ${forecast}`;
  },

  async drop(hand) {
    for (const [file, why] of REFUSALS) {
      await give(hand, "#part-drop", file);
      await says(hand, "#refused", new RegExp(`${why.source} is refused: `));
    }
    const times: string[] = [];
    for (const { files, says: said, sizes = {}, inputs, gives } of DROPS) {
      try {
        await give(hand, "#part-drop", ...files);
        if (sizes["dims:samples"])
          await says(hand, "#refused", /window, got/); // of one sample
        else await says(hand, "#what", said);
        for (const [name, value] of Object.entries(sizes)) {
          await fill(hand, `#sizes [name="${name}"]`, value);
          await hand.click("#sizes button");
        }
        if (sizes.description) await says(hand, "#table", /softmax/);
        await says(hand, "#what", said);
        await says(hand, "#graph", /x/);
        for (const [id, value] of Object.entries(inputs)) await fill(hand, `#${id}`, value);
        await hand.click("#run");
        times.push(`${files.at(-1)!.name} ${(await says(hand, "#time", /a run/)).replace(" a run", "")}`);
        await mustGive(hand, gives);
      } catch (error) {
        throw new Error(`${files.map((file) => file.name)}: ${error}`);
      }
    }
    // Numbers from elsewhere: chance, nothing, a table, a sound, the microphone.
    const area = () => hand.run(() => document.querySelector<HTMLTextAreaElement>("#input-x")!.value);
    await give(hand, "#part-drop", capture("WaveNet", "capture.nam"));
    await says(hand, "#what", /capture\.nam/);
    await hand.click("#inputs button:nth-child(1)");
    const random = numbersOf(await area());
    if (random.length !== 16 || random.every((v) => v === random[0])) throw new Error(`expected chance, got ${random}`);
    await hand.click("#inputs button:nth-child(2)");
    if (!/^0(, 0)*$/.test(await area())) throw new Error(`expected zeros, got ${await area()}`);
    const csv = new TextEncoder().encode("0.5,0.25\n-0.125;1e-3\n");
    await give(hand, "#inputs [type=file]", { name: "x.csv", bytes: csv, type: "text/csv" });
    await says(hand, "#inputs [role=status]", /^4 of 4 numbers$/);
    if ((await area()) !== "0.5, 0.25, -0.125, 0.001") throw new Error(`expected the table, got ${await area()}`);
    const mp3 = readFileSync("examples/site/voice/speech.mp3");
    await give(hand, "#inputs [type=file]", { name: "speech.mp3", bytes: mp3, type: "audio/mpeg" });
    await says(hand, "#inputs [role=status]", /^32768 of \d{5,} numbers$/);
    await hand.click("#inputs button:nth-child(3)");
    await says(hand, "#inputs [role=status]", /^1\d{4} of 1\d{4} numbers$/);
    if (!numbersOf(await area()).some((v) => Math.abs(v) > 1e-4)) throw new Error("expected a beep, got silence");
    await hand.click("#run");
    await says(hand, "#time", /a run/);
    await hand.click("#sample");
    await says(hand, "#what", /sunspots\.safetensors/);
    await hand.click("#run");
    await says(hand, "#time", /a run/);
    return times.join(", ");
  },

  async voice(hand) {
    const listens = /window of 512 samples, 32 ms [\d.]+ [µm]s share of the audio thread \d+\.\d %/;
    await says(hand, "#verdict", /^Silence$/);
    await hand.click("#sample");
    await says(hand, "#verdict", /^Speech$/);
    const share = await says(hand, "#facts", listens);
    await hand.click("#stop");
    await hand.click("#microphone"); // the fake one beeps
    await wait(1500);
    await says(hand, "#facts", listens);
    await says(hand, "#verdict", /^Silence$/);
    const still = await drawn(hand, "#wave");
    for (let tries = 0; (await drawn(hand, "#wave")) === still; tries++) {
      if (tries > 20) throw new Error("expected a sound, got none");
      await wait(500);
    }
    const mp3 = readFileSync("examples/site/voice/speech.mp3");
    await give(hand, "#file", { name: "speech.mp3", bytes: mp3, type: "audio/mpeg" });
    await says(hand, "#verdict", /^Speech$/);
    await wait(4000);
    return share;
  },

  async amplifier(hand) {
    const silent = await drawn(hand, "#waves");
    await hand.click("#play");
    const ours = await says(hand, "#facts", /^net LSTM\(1, 40\), 28 KB a block of 128 samples, 2\.67 ms \d/);
    await wait(500);
    if (!((await drawn(hand, "#waves")) > 1.2 * silent)) throw new Error("expected waves, got silence");
    await hand.click("#ab");
    await says(hand, "#ab", /off/);
    await hand.click("#ab");
    await give(hand, "#file", { name: "net.onnx", bytes: readFileSync("test/goldens/onnx/vad.onnx") });
    await says(hand, "#refused", /expected a \.nam.*got onnx/);
    await give(hand, "#file", capture("every layer", "aida.json"));
    await says(hand, "#refused", /^aida\.json: expected a net that gives one sample, got 2/);
    await give(hand, "#file", capture("WaveNet", "capture.nam"));
    await says(hand, "#facts", /^net capture\.nam, \d+ KB/);
    await give(hand, "#file", capture("SimpleRNN, GRU", "proteus.json"));
    await says(hand, "#facts", /^net proteus\.json/);
    await says(hand, "#knobs", /^knob 1 knob 2$/);
    await fill(hand, "#knobs label:last-child input", "0.9");
    const mp3 = readFileSync("examples/site/voice/speech.mp3");
    await give(hand, "#sound", { name: "speech.mp3", bytes: mp3, type: "audio/mpeg" });
    await wait(500);
    await says(hand, "#play", /^Stop$/);
    await hand.reload();
    await says(hand, "#play", /^Play$/);
    await hand.click("#play");
    await says(hand, "#facts", /^net LSTM/);
    await wait(1000);
    return ours;
  },

  async race(hand) {
    const own = { name: "own.onnx", bytes: readFileSync("test/goldens/onnx/convolutions.onnx") };
    await give(hand, "#file", own);
    await hand.click("#start");
    await says(hand, "#result table", /^own\.onnx/);
    await hand.reload();
    await hand.click("#start");
    await says(hand, "#result .facts", /differ by at most \d\.\de-[6-9]/);
    const said = await says(hand, "#result table", /unrolled/);
    const sent = await hand.run(() => location.href);
    if (!/#race\?net=.*&unrolled=\d+.*&onnxruntime-web=\d+/.test(sent))
      throw new Error(`expected a result, got ${sent}`);
    await hand.reload();
    await says(hand, "#result .facts", /From the link/);
    if ((await says(hand, "#result table", /unrolled/)) !== said) throw new Error("expected the result in the link");
    return said;
  },
};
