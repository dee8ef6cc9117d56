// Before run.ts: what a fresh machine lacks, from Debian and npm.
import { installDebian, installModules } from "../hosts/machine.ts";

installDebian({
  chromium: "/usr/bin/chromium",
  ffmpeg: "/usr/bin/ffmpeg",
  "espeak-ng": "/usr/bin/espeak-ng",
  "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
});
// --ignore-scripts: onnxruntime-node holds the CPU's binary, and its script would fetch CUDA's.
installModules(new URL(".", import.meta.url).pathname, "--ignore-scripts");
