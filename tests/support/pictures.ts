import sharp from "sharp";

/** Pictures that take far more than their size lets one think. */

const solid = (side: number) => sharp({ create: { width: side, height: side, channels: 3, background: "#f00" } });

const BITS = 14;

/**
 * A flawless progressive JPEG of 2,647 scans (ITU-T T.81, G): a grey picture that sends each of 63 coefficients of three
 * colours bit by bit. A decoder goes over all blocks each time.
 */
export function manyScans(side = 1_600): Uint8Array {
  const blocks = Math.ceil(side / 8) ** 2;
  const size = [side >> 8, side & 255];
  const colours = [1, 2, 3];
  const nothing = entropy(endOfBands(blocks));
  const scans = colours.flatMap((colour) =>
    Array.from({ length: 63 }, (_, i) => i + 1).flatMap((coefficient) =>
      Array.from({ length: BITS }, (_, bit) => {
        const [before, now] = [bit === 0 ? 0 : BITS - bit, BITS - 1 - bit];
        return [segment(0xda, [1, colour, 0x00, coefficient, coefficient, (before << 4) | now]), nothing];
      }).flat(),
    ),
  );
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...Array<number>(64).fill(1)]),
    segment(0xc2, [8, ...size, ...size, 3, ...colours.flatMap((colour) => [colour, 0x11, 0])]),
    // Of differences only 0, as the bit 0; of runs without a coefficient those of 2^0 to 2^14 blocks, in four bits each.
    segment(0xc4, [0x00, 1, ...Array<number>(15).fill(0), 0]),
    segment(0xc4, [0x10, 0, 0, 0, 15, ...Array<number>(12).fill(0), ...Array.from({ length: 15 }, (_, run) => run << 4)]),
    segment(0xda, [3, ...colours.flatMap((colour) => [colour, 0x00]), 0, 0, 0]),
    Buffer.alloc(Math.ceil((3 * blocks) / 8)),
    ...scans,
    Buffer.from([0xff, 0xd9]),
  ]);
}

function segment(marker: number, body: number[]): Buffer {
  const length = body.length + 2;
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...body]);
}

/** That so many blocks hold nothing, in bits. */
function endOfBands(blocks: number): string {
  let bits = "";
  for (let left = blocks; left > 0; ) {
    const power = Math.min(14, Math.floor(Math.log2(left)));
    const run = Math.min(left, 2 ** (power + 1) - 1);
    bits += power.toString(2).padStart(4, "0") + (power > 0 ? (run - 2 ** power).toString(2).padStart(power, "0") : "");
    left -= run;
  }
  return bits;
}

/** Bits as they stand in a scan: filled up with ones, and a zero after each byte of ones. */
function entropy(bits: string): Buffer {
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1").match(/.{8}/g) ?? [];
  return Buffer.from(bytes.flatMap((byte) => (byte === "11111111" ? [0xff, 0] : [Number.parseInt(byte, 2)])));
}

/** An AVIF of a kilobyte that takes 500 MiB to decode. */
export function manyPixels(): Promise<Uint8Array> {
  return solid(5_000).avif({ effort: 0, quality: 1 }).toBuffer();
}

/** A PNG that takes a decoder a little longer than a portrait, and is allowed. */
export function slow(): Promise<Uint8Array> {
  return sharp({ create: { width: 3_000, height: 3_000, channels: 4, background: "#0f0" } })
    .png({ progressive: true })
    .toBuffer();
}
