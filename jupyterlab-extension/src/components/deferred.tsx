import { type ComponentType, type FunctionComponent, useEffect, useState } from 'react';
import { unreachable } from '../api/errors.js';
import { ErrorNote, Skeleton } from './Note.js';

export interface DeferredOptions {
  /** Shown until the code is loaded. */
  readonly waiting?: JSX.Element | null;
}

/**
 * A part whose code is loaded when it is first drawn. React's own `lazy` remembers a failed loading for ever: here code that
 * could not be fetched is fetched again when the network is back.
 */
export function deferred<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  { waiting = <Skeleton /> }: DeferredOptions = {},
): FunctionComponent<P> {
  let known: ComponentType<P> | undefined;
  return function Deferred(props: P): JSX.Element | null {
    const [Part, setPart] = useState<ComponentType<P> | undefined>(() => known);
    const [failure, setFailure] = useState<unknown>(null);
    const [attempt, setAttempt] = useState(0);
    useEffect(() => {
      if (known !== undefined) return;
      let gone = false;
      load().then(
        (loaded) => {
          known = loaded.default;
          if (!gone) setPart(() => known);
        },
        () => {
          if (!gone) setFailure(unreachable());
        },
      );
      return () => {
        gone = true;
      };
    }, [attempt]);
    if (Part !== undefined) return <Part {...props} />;
    return failure === null ? waiting : <ErrorNote reason={failure} onRetry={() => setAttempt(attempt + 1)} />;
  };
}
