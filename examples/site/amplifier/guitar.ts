// Four chords, a string after the other. Karplus and Strong, 1983: noise in a delay line that averages neighbours.
const CHORDS = [
  [40, 47, 52, 55, 59, 64],
  [36, 43, 48, 52, 55, 60],
  [43, 47, 50, 55, 59, 67],
  [38, 45, 50, 54, 57, 62],
];

export function strum(sampleRate: number): AudioBuffer {
  const beat = sampleRate * 1.6;
  const buffer = new AudioBuffer({ length: beat * CHORDS.length, sampleRate });
  const out = buffer.getChannelData(0);
  CHORDS.forEach((chord, c) =>
    chord.forEach((note, n) => {
      const period = Math.round(sampleRate / (440 * 2 ** ((note - 69) / 12)));
      const string = Float32Array.from({ length: period }, () => 0.3 * (Math.random() - 0.5));
      const begin = Math.round(c * beat + n * sampleRate * 0.09);
      for (let i = 0; i < beat * 1.5; i++) {
        const at = i % period;
        out[(begin + i) % out.length] += string[at];
        string[at] = 0.499 * (string[at] + string[(at + 1) % period]);
      }
    }),
  );
  return buffer;
}
