// The program that decodes pictures, in a process of its own: a few kilobytes can unfold into gigabytes or minutes, and
// what libvips has taken is surely given back only when its process ends. It reads one picture from standard input and
// writes a square WebP to standard output. `decode.ts` starts it, and knows what its exit codes mean.
//
// Plain JavaScript and named by its path, because it runs as it stands here: no bundler knows of it.

import sharp from "sharp";

const [side, pixelsMax, scansMax, memoryMax, workMax] = process.argv.slice(2).map(Number);

const EXIT = { unreadable: 10, pixels: 11, effort: 12 };

/** Milliseconds between two looks at what this process has taken. */
const LOOK_MS = 10;

const startedBy = process.ppid;

// The decoder has threads of its own, so this one looks on. SIGKILL, because nothing else ends those threads at once.
setInterval(() => {
  const { user, system } = process.cpuUsage();
  const worked = (user + system) / 1000;
  if (worked > workMax || process.memoryUsage.rss() > memoryMax || process.ppid !== startedBy) process.kill(process.pid, "SIGKILL");
}, LOOK_MS).unref();

sharp.cache(false);
sharp.concurrency(1);
// Of all that libvips reads (SVG, PDF, …) only what cameras and browsers make.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: ["Jpeg", "Png", "Webp", "Nsgif", "Heif"].map((format) => `VipsForeignLoad${format}Buffer`) });

const upload = await read();
if (countScans(upload) > scansMax) process.exit(EXIT.effort);
process.stdout.write(await square(), () => process.exit(0));

async function read() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Encodes anew, so that nothing of the file is kept but its pixels: upright, cut to the middle, the first frame only. */
async function square() {
  try {
    const { width, height } = await sharp(upload, { limitInputPixels: false }).metadata();
    if (width * height > pixelsMax) process.exit(EXIT.pixels);
    return await sharp(upload, { limitInputPixels: pixelsMax })
      .autoOrient()
      .resize(side, side, { fit: "cover" })
      .webp({ quality: 82 })
      .toBuffer();
  } catch {
    process.exit(EXIT.unreadable);
  }
}

/**
 * The scans of a JPEG (ITU-T T.81, B.1.1): a decoder goes over the whole picture for each of them. 0 for what is no JPEG.
 * Walks from marker to marker, because what a camera appends after the end, or a thumbnail within, has marks of its own.
 */
function countScans(bytes) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return 0;
  let scans = 0;
  for (let at = bytes.indexOf(0xff, 2); at >= 0 && at + 4 <= bytes.length; at = bytes.indexOf(0xff, at)) {
    const marker = bytes[at + 1];
    if (marker === 0xd9) break;
    if (marker === 0xda) scans++;
    if (marker === 0xff) at += 1;
    else if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else at += 2 + bytes.readUInt16BE(at + 2);
  }
  return scans;
}
