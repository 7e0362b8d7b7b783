import { useEffect, useState } from 'react';

/** What `read` answers; read again whenever it is another function. What was answered before stays until then. */
export function useAnswer<T>(read: () => Promise<T>): { readonly value: T | null; readonly failure: unknown } {
  const [value, setValue] = useState<T | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    let gone = false;
    read().then(
      (answer) => {
        if (gone) return;
        setValue(answer);
        setFailure(null);
      },
      (reason: unknown) => {
        if (!gone) setFailure(reason);
      },
    );
    return () => {
      gone = true;
    };
  }, [read]);
  return { value, failure };
}
