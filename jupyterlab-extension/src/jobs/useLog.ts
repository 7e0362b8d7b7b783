import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { IDisposable } from '@lumino/disposable';
import { useKargah } from '../context.js';
import { LogBuffer } from './logBuffer.js';

const PIECE_BYTES = 1024 * 1024;

export interface JobLogState {
  readonly buffer: LogBuffer;
  /** Rises with every change of the buffer. */
  readonly version: number;
  readonly loading: boolean;
  readonly error: unknown;
  readonly hasEarlier: boolean;
  earlier(): Promise<void>;
}

/** The log of a job: its last megabyte, what is written from then on, and earlier pieces on request. */
export function useLog(jobId: string): JobLogState {
  const { api, live } = useKargah();
  const [buffer, setBuffer] = useState(() => new LogBuffer());
  const [version, bump] = useReducer((count: number) => count + 1, 0);
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const reading = useRef(false);
  const encoder = useRef(new TextEncoder());

  const read = useCallback(
    async (offset: number, limit: number): Promise<{ text: string; bytes: number; size: number }> => {
      const response = await api.fetch(`/api/v1/train/jobs/${jobId}/logs?offset=${offset}&limit=${limit}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      return {
        text: new TextDecoder().decode(bytes),
        bytes: bytes.length,
        size: Number(response.headers.get('Kargah-Log-Size') ?? offset + bytes.length),
      };
    },
    [api, jobId],
  );

  useEffect(() => {
    let subscription: IDisposable | undefined;
    let gone = false;
    let frame = 0;
    const fresh = new LogBuffer();
    const begin = async (): Promise<void> => {
      let piece = await read(0, PIECE_BYTES);
      if (piece.size > piece.bytes) {
        const offset = Math.max(0, piece.size - PIECE_BYTES);
        piece = await read(offset, PIECE_BYTES);
        // A tail begins within a line; that line is read with the piece before it.
        const cut = piece.text.indexOf('\n') + 1;
        fresh.start = offset + encoder.current.encode(piece.text.slice(0, cut)).length;
        fresh.append(piece.text.slice(cut));
        piece = { ...piece, bytes: offset + piece.bytes };
      } else {
        fresh.append(piece.text);
      }
      if (gone) return;
      setBuffer(fresh);
      setError(null);
      setLoading(false);
      subscription = live.subscribeLog(
        jobId,
        {
          chunk: ({ text }) => {
            fresh.append(text);
            frame ||= requestAnimationFrame(() => {
              frame = 0;
              bump();
            });
          },
        },
        piece.bytes,
      );
    };
    begin().catch((reason: unknown) => {
      if (!gone) {
        setLoading(false);
        setError(reason);
      }
    });
    return () => {
      gone = true;
      cancelAnimationFrame(frame);
      subscription?.dispose();
    };
  }, [jobId, live, read]);

  const earlier = useCallback(async (): Promise<void> => {
    if (reading.current || buffer.start === 0 || buffer.full) return;
    reading.current = true;
    try {
      const offset = Math.max(0, buffer.start - PIECE_BYTES);
      const { text } = await read(offset, buffer.start - offset);
      const cut = offset === 0 ? 0 : text.indexOf('\n') + 1;
      buffer.prepend(text.slice(cut), offset + encoder.current.encode(text.slice(0, cut)).length);
      bump();
    } catch (reason) {
      setError(reason);
    } finally {
      reading.current = false;
    }
  }, [buffer, read]);

  return { buffer, version, loading, error, hasEarlier: buffer.start > 0 && !buffer.full, earlier };
}
