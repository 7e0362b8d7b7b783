import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { ZipFile } from 'yazl';
import { z } from 'zod';
import { systemClock, type Clock } from '../lib/clock.js';
import { KargahError } from '../lib/errors.js';
import { inherited } from '../lib/environment.js';
import { sha256 } from '../lib/hash.js';
import type { MlflowPort } from '../mlflow/port.js';
import { KeptFiles } from '../storage/kept-files.js';

export type ModelFormat = 'pt2' | 'mlflow' | 'package';

/** Where a model lies in MLflow. */
export interface ModelPlace {
  readonly workspace: string;
  readonly runId: string;
  readonly artifactPath: string;
}
export interface ModelFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** What in it may run code when it is loaded; null: nothing. */
  readonly unsafe: { readonly part: string; readonly reason: string } | null;
}

/** What goes into a package besides what lies with the model: a registered version's card in both languages. */
export type PackageTexts = Readonly<Partial<Record<'README.md' | 'README.fa.md', string>>>;
interface Wanted {
  readonly format: ModelFormat;
  readonly unchecked: boolean;
  readonly texts?: PackageTexts;
}

/** Where `mlflow.pytorch.log_model` puts the exported program, within the model's folder. */
const PT2 = 'data/model.pt2';
/** What goes into a package where it is there, by its name in it. */
const PACKED = {
  'model.pt2': PT2,
  'requirements.txt': 'requirements.txt',
  MLmodel: 'MLmodel',
  'report.json': 'report.json',
};
const KEPT_BYTES = 8 * 2 ** 30;
const CHECK_SECONDS = 180;
const SWEEP_MS = 10 * 60_000;

const verdict = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), part: z.string(), reason: z.string() }),
  z.object({ ok: z.literal(false), weight: z.string(), kind: z.string() }),
]);

/** Downloads of models: fetched from MLflow once, checked, and kept for a while for those who download them in pieces. */
export class ModelDownloads {
  readonly #files: KeptFiles<ModelFile>;
  #endSweeping: (() => void) | undefined;

  constructor(
    dataDir: string,
    private readonly mlflow: MlflowPort,
    private readonly python: string,
    private readonly clock: Clock = systemClock,
  ) {
    this.#files = new KeptFiles(join(dataDir, 'models'), KEPT_BYTES, clock);
  }

  /** Removes what an earlier bridge had brought, and from now on what nobody has fetched for a while. */
  async start(failed: (error: unknown) => void): Promise<void> {
    await this.#files.clear();
    this.#endSweeping = this.clock.every(SWEEP_MS, () => void this.#files.sweep().catch(failed));
  }

  stop(): void {
    this.#endSweeping?.();
  }

  /**
   * @param unchecked whether it is to be sent though it may run code
   * @throws {KargahError} `model_unsafe`, `weights_unwritable`, `model_not_ready`, `mlflow_unavailable`, `storage_full`
   */
  async use(
    place: ModelPlace,
    { format, unchecked, texts = {} }: Wanted,
    send: (file: ModelFile) => Promise<void>,
  ): Promise<void> {
    const key = [place.workspace, place.runId, place.artifactPath, format, sha256(JSON.stringify(texts))].join('\n');
    const write = (into: string): Promise<ModelFile> => this.#write(place, { format, texts }, into);
    await this.#files.use(key, write, async (file) => {
      if (file.unsafe !== null && !unchecked) throw new KargahError('model_unsafe', file.unsafe);
      await send(file);
    });
  }

  async #write(
    place: ModelPlace,
    { format, texts }: Pick<Required<Wanted>, 'format' | 'texts'>,
    into: string,
  ): Promise<ModelFile> {
    if (format === 'package') return this.#pack(place, texts, into);
    const hash = createHash('sha256');
    let bytes = 0;
    const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    };
    const body = format === 'pt2' ? await pt2Of(this.mlflow, place) : await zipOf(this.mlflow, place);
    const file: Writable = createWriteStream(into, { flags: 'wx', mode: 0o600 });
    await pipeline(body, counted, file);
    return { path: into, sha256: hash.digest('hex'), bytes, unsafe: await this.#unsafe(into, format) };
  }

  /** The model with all that it needs elsewhere: none is made of a model that may run code. */
  async #pack(place: ModelPlace, texts: PackageTexts, into: string): Promise<ModelFile> {
    const folder = `${into}.parts`;
    await mkdir(folder, { mode: 0o700 });
    try {
      const there = await filesUnder(this.mlflow, place, place.artifactPath);
      for (const [name, from] of Object.entries(PACKED)) {
        const path = `${place.artifactPath}/${from}`;
        if (!there.includes(path)) continue;
        const { body } = await this.mlflow.openArtifact(place.workspace, place.runId, path);
        await pipeline(Readable.fromWeb(body), createWriteStream(join(folder, name), { flags: 'wx', mode: 0o600 }));
      }
      if (!there.includes(`${place.artifactPath}/${PT2}`)) throw new KargahError('model_not_ready');
      for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text, { mode: 0o600 });
      const unsafe = await this.#asked(['-m', 'kargah.model_files.package', folder, into]);
      if (unsafe !== null) throw new KargahError('model_unsafe', unsafe);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const hash = createHash('sha256');
    await pipeline(createReadStream(into), hash);
    return { path: into, sha256: hash.digest('hex'), bytes: (await stat(into)).size, unsafe: null };
  }

  async #unsafe(path: string, format: ModelFormat): Promise<ModelFile['unsafe']> {
    return this.#asked(['-m', 'kargah.model_files', format, path]);
  }

  /**
   * Asked in a process of its own, which opens the file with limits on itself and loads no PyTorch.
   *
   * @throws {KargahError} `weights_unwritable`
   */
  async #asked(words: readonly string[]): Promise<ModelFile['unsafe']> {
    const { stdout } = await promisify(execFile)(this.python, words, {
      env: { ...inherited(process.env), PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' },
      timeout: CHECK_SECONDS * 1000,
    });
    const said = verdict.parse(JSON.parse(stdout));
    if (said.ok) return null;
    if ('weight' in said) throw new KargahError('weights_unwritable', { weight: said.weight, kind: said.kind });
    return { part: said.part, reason: said.reason };
  }
}

async function pt2Of(mlflow: MlflowPort, place: ModelPlace): Promise<Readable> {
  const { body } = await mlflow.openArtifact(place.workspace, place.runId, `${place.artifactPath}/${PT2}`);
  return Readable.fromWeb(body);
}

/** The whole MLflow model as a zip; files are stored, since weights do not compress. */
async function zipOf(mlflow: MlflowPort, place: ModelPlace): Promise<Readable> {
  const files = await filesUnder(mlflow, place, place.artifactPath);
  if (files.length === 0) throw new KargahError('model_not_ready');
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.outputStream.pipe(output);
  zip.on('error', (error: unknown) => output.destroy(error as Error));
  for (const path of files)
    zip.addReadStreamLazy(path.slice(place.artifactPath.length + 1), { compress: false }, (give) => {
      mlflow.openArtifact(place.workspace, place.runId, path).then(
        ({ body }) => give(null, Readable.fromWeb(body)),
        (error: unknown) => give(error, Readable.from([])),
      );
    });
  zip.end();
  return output;
}

async function filesUnder(mlflow: MlflowPort, place: ModelPlace, folder: string): Promise<string[]> {
  const entries = await mlflow.listArtifacts(place.workspace, place.runId, folder);
  const found: string[] = [];
  for (const { path, isDir } of entries) found.push(...(isDir ? await filesUnder(mlflow, place, path) : [path]));
  return found;
}
