// One upload as the panel makes it, with tus-js-client, that is cut off a given number of times before it may end.
import { PassThrough } from 'node:stream';
import { Upload as TusUpload } from 'tus-js-client';
import { Content } from './content.mjs';

const RETRY_MS = 150;
/** More than any run needs: how often a bridge is asked before it answers again. */
const RETRIES = Array.from({ length: 2000 }, () => RETRY_MS);

export class Upload {
  datasetId = null;
  uploadId = null;
  /** How often the bridge was killed in the middle of a request of this upload. */
  cuts = 0;
  done = false;
  /** A request whose answer has not come. */
  inFlight = false;
  /** It has sent its share and holds a piece half sent until it is cut. */
  waits = false;
  wrong = [];
  #acknowledged = 0;
  #sent = 0;

  constructor(number, dice, { seed, size, chunk, wanted }) {
    this.name = `upload-${String(number).padStart(3, '0')}`;
    this.content = new Content(seed, number, size);
    this.wanted = wanted;
    this.chunk = chunk;
    // At which share of the file each cut comes at the earliest.
    this.shares = Array.from({ length: wanted }, (_, at) => (at + 0.2 + dice.below(700) / 1000) / (wanted + 1));
  }

  /** Resolves when the last byte was acknowledged. */
  async send(bridge, token) {
    await new Promise((resolve, reject) => {
      const upload = new TusUpload(this.content, {
        endpoint: `${bridge.url}/api/v1/uploads`,
        headers: { authorization: `Bearer ${token}` },
        // The content only has the name of a Parquet file: the reader refuses it by its first bytes, and the bridge keeps it.
        metadata: { filename: `${this.name}.parquet` },
        chunkSize: this.chunk,
        retryDelays: RETRIES,
        fileReader: { openFile: () => Promise.resolve(this.#source()) },
        onShouldRetry: (error) => this.#mayRetry(error),
        onBeforeRequest: () => void (this.inFlight = true),
        onAfterResponse: (request, response) => this.#heard(request, response),
        onChunkComplete: (_size, accepted) => void (this.#acknowledged = accepted),
        onSuccess: () => {
          this.uploadId = new URL(upload.url).pathname.split('/').at(-1);
          resolve();
        },
        onError: reject,
      });
      upload.start();
    });
    this.done = true;
  }

  /** The bridge has just been killed. */
  cut() {
    if (this.inFlight) this.cuts += 1;
    this.inFlight = false;
    this.waits = false;
  }

  #source() {
    return {
      size: this.content.size,
      slice: (start, end) => {
        const until = Math.min(end, this.content.size);
        this.#sent = Math.max(this.#sent, until);
        const bytes = this.content.slice(start, until);
        const stop = this.cuts < this.wanted ? this.shares[this.cuts] * this.content.size : Infinity;
        const value = until > stop ? this.#halfOf(bytes, Math.max(0, stop - start)) : bytes;
        return Promise.resolve({
          value: Object.assign(value, { size: bytes.length }),
          done: until === this.content.size,
        });
      },
      close: () => undefined,
    };
  }

  /** Sends up to `stop` and then nothing more: the bridge has the beginning of a piece, and is killed with it. */
  #halfOf(bytes, stop) {
    const body = new PassThrough();
    body.write(bytes.subarray(0, Math.max(1, Math.min(bytes.length - 1, Math.floor(stop)))));
    this.waits = true;
    return body;
  }

  #mayRetry(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 0 || status >= 500 || status === 409 || status === 423) return true;
    this.wrong.push(`was answered ${String(status)}: ${error.originalResponse?.getBody() ?? ''}`);
    return false;
  }

  #heard(request, response) {
    this.inFlight = false;
    this.datasetId ??= response.getHeader('Kargah-Dataset-Id') ?? null;
    if (request.getMethod() !== 'HEAD' || response.getStatus() !== 200) return;
    const offset = Number(response.getHeader('Upload-Offset'));
    if (offset < this.#acknowledged)
      this.wrong.push(`stands at ${String(offset)} though ${String(this.#acknowledged)} were acknowledged`);
    if (offset > this.#sent) this.wrong.push(`stands at ${String(offset)} though only ${String(this.#sent)} were sent`);
  }
}
