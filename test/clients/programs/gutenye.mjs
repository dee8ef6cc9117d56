import Ocr from "@gutenye/ocr-node";
import { report } from "./audio.mjs";

const ocr = await Ocr.create();
const lines = await ocr.detect(`${process.env.AUDIO}/page.png`);
report(lines.map(({ text }) => text));
