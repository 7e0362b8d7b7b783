import { useEffect, useState } from 'react';

/** What `read` answers, read again when `again` is called and when `key` is another. */
export function useRead<T>(read: () => Promise<{ items: readonly T[] }>, key: string) {
  const [items, setItems] = useState<readonly T[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let gone = false;
    read().then(
      (page) => {
        if (gone) return;
        setItems(page.items);
        setFailure(null);
      },
      (reason: unknown) => {
        if (!gone) setFailure(reason);
      },
    );
    return () => {
      gone = true;
    };
  }, [read, attempt, key]);
  return { items, failure, again: () => setAttempt((count) => count + 1) };
}
