import type { IDisposable } from '@lumino/disposable';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { useKargah } from '../../context.js';
import { LogBuffer } from './logBuffer.js';
import { PIECE_BYTES, readLines, readLog, readTail } from './logPiece.js';

export interface JobLogState {
  readonly buffer: LogBuffer;
  /** Rises with every change of the buffer. */
  readonly version: number;
  readonly loading: boolean;
  readonly error: unknown;
  readonly hasEarlier: boolean;
  /** A part from the middle is shown; what comes after it was not read. */
  readonly hasLater: boolean;
  readonly earlier: () => Promise<void>;
  readonly later: () => Promise<void>;
  /** Shows the part of the log around a byte. */
  readonly show: (offset: number) => Promise<void>;
  /** Shows the end again, and what is written from now on. */
  readonly follow: () => void;
  /** Reads again what could not be read. */
  readonly retry: () => void;
}

/** A window on the log of a job: its last megabyte and what is written from then on, or any other part on request. */
export function useLog(jobId: string): JobLogState {
  const { api, live } = useKargah();
  const [buffer, setBuffer] = useState(() => new LogBuffer());
  const [version, bump] = useReducer((count: number) => count + 1, 0);
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [begun, follow] = useReducer((count: number) => count + 1, 0);
  const reading = useRef(false);
  const subscription = useRef<IDisposable>();

  useEffect(() => {
    let gone = false;
    let frame = 0;
    const redraw = (): void => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        bump();
      });
    };
    const begin = async (): Promise<void> => {
      const tail = await readTail(api, jobId);
      if (gone) return;
      let shown = new LogBuffer(tail.start);
      shown.append(tail.text, tail.end);
      setBuffer(shown);
      setAtEnd(true);
      setError(null);
      setLoading(false);
      subscription.current = live.subscribeLog(
        jobId,
        {
          chunk: ({ offset, next_offset, text }) => {
            if (offset > shown.end) {
              // More was written than we could take: what follows is the end; the rest can be read back.
              shown = new LogBuffer(offset);
              setBuffer(shown);
            }
            shown.append(text, next_offset);
            redraw();
          },
        },
        tail.end,
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
      subscription.current?.dispose();
      subscription.current = undefined;
    };
  }, [api, jobId, live, begun]);

  const once = useCallback(async (read: () => Promise<void>): Promise<void> => {
    if (reading.current) return;
    reading.current = true;
    try {
      await read();
      bump();
    } catch (reason) {
      setError(reason);
    } finally {
      reading.current = false;
    }
  }, []);

  const hasEarlier = buffer.start > 0 && !buffer.full;
  const earlier = useCallback(
    () =>
      once(async () => {
        if (!hasEarlier) return;
        const offset = Math.max(0, buffer.start - PIECE_BYTES);
        const { text, start } = await readLines(api, jobId, offset, buffer.start - offset);
        buffer.prepend(text, start);
      }),
    [api, buffer, hasEarlier, jobId, once],
  );
  const later = useCallback(
    () =>
      once(async () => {
        const piece = await readLog(api, jobId, buffer.end, PIECE_BYTES);
        buffer.append(piece.text, piece.end);
        if (piece.end >= piece.size) follow();
      }),
    [api, buffer, jobId, once],
  );
  const show = useCallback(
    (offset: number) =>
      once(async () => {
        const piece = await readLines(api, jobId, Math.max(0, offset - PIECE_BYTES / 2), PIECE_BYTES);
        subscription.current?.dispose();
        subscription.current = undefined;
        const part = new LogBuffer(piece.start);
        part.append(piece.text, piece.end);
        setBuffer(part);
        setAtEnd(false);
      }),
    [api, jobId, once],
  );

  return { buffer, version, loading, error, hasEarlier, hasLater: !atEnd, earlier, later, show, follow, retry: follow };
}
