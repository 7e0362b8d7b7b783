import { lstat, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { KargahError } from '../../../lib/errors.js';
import { streamOf } from '../../content/folders.js';

/** As many as are packed in seconds: `yazl` looks through all of them for each. */
export const MAX_PICTURES = 50_000;
/** What a zip says of each file, besides its name twice. */
const ENTRY_BYTES = 92;
/** The same for every picture, so that the same pictures are the same bytes, whenever they are packed. */
const MADE = new Date(1980, 0, 1);

interface Picture {
  readonly path: string;
  /** In the zip. */
  readonly name: string;
  readonly size: number;
}

/** Whether the reader takes it for a picture by its name. */
export function isPicture(name: string): boolean {
  return /\.(?:png|jpe?g|bmp|gif|webp)$/iu.test(name);
}

/**
 * The pictures in the folders of a folder, by their names; hidden ones are left out, and no link is followed.
 *
 * @param most how many there may be
 * @param own Kargah's own folder, which is passed over where it lies among them
 * @throws {KargahError} `folder_too_full`
 */
export async function picturesIn(folder: string, most: number, own: string): Promise<Picture[]> {
  const pictures: Picture[] = [];
  const folders = [''];
  for (const within of folders) {
    const entries = await readdir(join(folder, within), { withFileTypes: true });
    const shown = entries.filter((entry) => !entry.name.startsWith('.'));
    const deeper = shown.filter((entry) => entry.isDirectory() && join(folder, within, entry.name) !== own);
    folders.push(...deeper.map((entry) => posix.join(within, entry.name)));
    // What lies beside the classes belongs to none.
    const found = within === '' ? [] : shown.filter((entry) => entry.isFile() && isPicture(entry.name));
    if (pictures.length + found.length > most) throw new KargahError('folder_too_full', { limit: most });
    const measured = found.map(async (entry) => {
      const name = posix.join(within, entry.name);
      const path = join(folder, name);
      // A backslash would begin a folder in the zip, and a letter with a colon a drive.
      const packed = name.replaceAll('\\', '_').replace(/^([a-z]):/iu, '$1_');
      return { path, name: packed, size: (await lstat(path)).size };
    });
    pictures.push(...(await Promise.all(measured)));
  }
  return pictures.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the zip of them comes to, but for a few bytes. */
export function zippedBytes(pictures: readonly Picture[]): number {
  return pictures.reduce((sum, { name, size }) => sum + size + ENTRY_BYTES + 2 * Buffer.byteLength(name), 0);
}

/** Packs pictures while they are read, one at a time; as they are, since they shrink no more. */
export function zipOf(pictures: readonly Picture[]): Readable {
  const zip = new ZipFile();
  const output = new PassThrough();
  let reading: Readable | null = null;
  zip.outputStream.pipe(output);
  zip.on('error', (error: unknown) => output.destroy(error as Error));
  output.on('close', () => reading?.destroy());
  const options = { compress: false, mtime: MADE, forceDosTimestamp: true, mode: 0o100644 };
  for (const { path, name } of pictures)
    zip.addReadStreamLazy(name, options, (give) => {
      streamOf(path).then(
        (stream) => {
          reading = stream.on('error', (error) => output.destroy(error));
          if (output.destroyed) stream.destroy();
          else give(null, stream);
        },
        (error: unknown) => output.destroy(error as Error),
      );
    });
  zip.end();
  return output;
}
