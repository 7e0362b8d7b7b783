import { useEffect, useState } from 'react';

/** What `read` answers; read again whenever it or the stamp is another. What was answered before stays until then. */
export function useAnswer<T>(
  read: () => Promise<T>,
  stamp: string | number = 0,
): { readonly value: T | null; readonly failure: unknown } {
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
  }, [read, stamp]);
  return { value, failure };
}
