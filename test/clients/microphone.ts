// A microphone that says one file over and over, for browsers that have no fake one: PulseAudio without a sound card.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

export interface Microphone {
  /** Where a program finds it. */
  readonly env: Record<string, string>;
  close(): Promise<void>;
}

export async function openMicrophone(speech: string): Promise<Microphone> {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-pulse-"));
  const socket = join(folder, "socket");
  const env = { PULSE_SERVER: `unix:${socket}`, PULSE_RUNTIME_PATH: folder, XDG_RUNTIME_DIR: folder };
  const modules = [
    `module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
    "module-null-sink sink_name=speakers",
    "module-null-sink sink_name=mouth",
    "module-remap-source master=mouth.monitor source_name=ear",
  ];
  const flags = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"];
  const start = (command: string, args: readonly string[]) =>
    spawn(command, args, { env: { ...process.env, HOME: folder, ...env }, stdio: "ignore", detached: true });
  const daemon = start("pulseaudio", [...flags, ...modules.flatMap((module) => ["-L", module])]);
  for (let i = 0; !existsSync(socket); i++) {
    if (i === 300 || daemon.exitCode !== null) throw new Error("expected PulseAudio to listen within 30 s");
    await setTimeout(100);
  }
  const again = `pactl set-default-sink speakers; pactl set-default-source ear; while paplay --device=mouth "$0"; do :; done`;
  const speaker = start("sh", ["-c", again, speech]);
  return {
    env,
    async close() {
      for (const child of [speaker, daemon]) {
        const ended = once(child, "exit");
        process.kill(-child.pid!, "SIGKILL");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
