import { useEffect, useRef } from 'react';
import { ApiError } from '../api/errors.js';
import { useKargah } from '../context.js';
import { whenBack } from '../live/whenBack.js';

/** Reads again by itself what could not be read because nobody answered; any other refusal would only be repeated. */
export function useAgain(reason: unknown, again: (() => void) | undefined): void {
  const { live } = useKargah();
  const latest = useRef(again);
  useEffect(() => {
    latest.current = again;
  });
  const wanted = again !== undefined && reason instanceof ApiError && reason.code === 'unreachable';
  useEffect(() => (wanted ? whenBack(live, () => latest.current?.()) : undefined), [live, wanted, reason]);
}
