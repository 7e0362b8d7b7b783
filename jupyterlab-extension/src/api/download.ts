import type { Api } from './client.js';

/** Jupyter's proxy refuses answers over 100 MiB, so a large file comes in pieces. */
export const PIECE_BYTES = 64 * 1024 * 1024;

/** Total from `Content-Range: bytes 0-9/1234`; null if the server answered whole. */
function totalOf(response: Response): number | null {
  const match = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '');
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** Fetches a file in ranges of at most 64 MiB. `onProgress` gets bytes so far and bytes in all. */
export async function fetchInPieces(
  api: Api,
  path: string,
  onProgress?: (done: number, total: number) => void,
): Promise<Blob> {
  const pieces: Blob[] = [];
  let done = 0;
  let total = Number.POSITIVE_INFINITY;
  while (done < total) {
    const response = await api.fetch(path, { headers: { Range: `bytes=${done}-${done + PIECE_BYTES - 1}` } });
    const piece = await response.blob();
    pieces.push(piece);
    done += piece.size;
    total = response.status === 206 ? (totalOf(response) ?? done) : done;
    onProgress?.(done, total);
  }
  return new Blob(pieces, { type: 'application/octet-stream' });
}

/** Hands a blob to the browser's own download. */
export function saveBlob(blob: Blob, filename: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = filename;
  link.click();
  // The browser has taken the blob by the next turn of the event loop; the URL is revoked since it would keep the memory.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Saves what `path` answers under `filename`. */
export async function download(
  api: Api,
  path: string,
  filename: string,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  saveBlob(await fetchInPieces(api, path, onProgress), filename);
}
